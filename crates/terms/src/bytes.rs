//! Reading and writing the fields of a fixed layout one after the other: each begins where the one before ends. Numbers
//! are little endian.

/// Takes fields from the front of some bytes: those that are left.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `N` bytes, if there are so many.
    pub fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    /// The next `length` bytes, if there are so many.
    pub fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    /// The next byte, if there is one.
    pub fn u8(&mut self) -> Option<u8> {
        self.bytes().map(u8::from_le_bytes)
    }

    /// The next number of 2 bytes, if there are so many.
    pub fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }

    /// The next number of 4 bytes, if there are so many.
    pub fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    /// The next number of 8 bytes, if there are so many.
    pub fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    /// The next number of 8 bytes, signed, if there are so many.
    pub fn i64(&mut self) -> Option<i64> {
        self.bytes().map(i64::from_le_bytes)
    }
}

/// Puts fields behind each other into a buffer whose size the layout proves sufficient at compile time.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    /// A writer that begins at the front of this buffer.
    pub fn new(buffer: &'a mut [u8]) -> Writer<'a> {
        Writer { buffer, at: 0 }
    }

    /// Puts a field, and says where the next begins.
    pub fn put(&mut self, field: &[u8]) -> usize {
        let end = self.at.saturating_add(field.len());
        if let Some(place) = self.buffer.get_mut(self.at..end) {
            place.copy_from_slice(field);
            self.at = end;
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_read_again_and_no_more_than_there_is() {
        let mut buffer = [0; 7];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(writer.put(&0x0102_0304_u32.to_le_bytes()), 4);
        assert_eq!(writer.put(&[5]), 5);
        assert_eq!(writer.put(&[6; 3]), 5, "what does not fit is not put");
        let mut reader = Reader(&buffer);
        assert_eq!((reader.u32(), reader.u8()), (Some(0x0102_0304), Some(5)));
        assert_eq!((reader.u32(), reader.slice(3)), (None, None));
        assert_eq!((reader.u16(), reader.u8()), (Some(0), None));
    }
}
