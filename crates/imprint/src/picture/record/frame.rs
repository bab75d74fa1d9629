//! Reading a frame: step 43a with its window characteristics Z, T and Y (Fig. 8 and 9a).

use super::{Fault, MOST_COLUMNS, MOST_DOTS, Piece, Pieces, RecordError};
use crate::picture::layout::Window;

/// The heights Y of the windows that are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heights([u32; 13]);

impl Heights {
    /// States the height of a window; 0 makes it unknown again.
    pub fn set(&mut self, window: Window, height: u32) {
        if let Some(own) = self.0.get_mut(usize::from(window.number()) - 1) {
            *own = height;
        }
    }

    /// The height of a window, if it is known.
    pub fn of(&self, window: Window) -> Option<u32> {
        self.0.get(usize::from(window.number()) - 1).copied().filter(|height| *height > 0)
    }
}

/// Where a window lies in the image: what the sources call its characteristics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowPlace {
    /// The window.
    pub window: Window,
    /// The printing column of its first mark, counted from 0.
    pub column: u32,
    /// The dot of its mark within a column, counted from 0 at the top.
    pub dot: u32,
    /// T: how many columns carry its mark.
    pub columns: u32,
    /// Y: how many dots it takes of a column.
    pub height: u32,
}

impl WindowPlace {
    /// Z: the address of its first dot in an image with `dots` dots a column.
    pub fn address(&self, dots: u32) -> usize {
        self.column as usize * dots as usize + self.dot as usize
    }
}

/// What a frame consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameShape {
    /// How many columns it has.
    pub columns: u32,
    windows: [Option<WindowPlace>; 13],
}

impl FrameShape {
    /// The place of a window, if the frame has it.
    pub fn window(&self, window: Window) -> Option<WindowPlace> {
        self.windows.get(usize::from(window.number()) - 1).copied().flatten()
    }

    /// All windows in the order of their numbers.
    pub fn windows(&self) -> impl Iterator<Item = WindowPlace> + '_ {
        self.windows.iter().copied().flatten()
    }

    /// Notes a mark of a window (steps 4322 to 4325, 4330 and 4331).
    fn mark(&mut self, window: Window, dot: u32, height: u32) -> Result<(), Fault> {
        let column = self.columns;
        let Some(entry) = self.windows.get_mut(usize::from(window.number()) - 1) else { return Ok(()) };
        match entry {
            None => *entry = Some(WindowPlace { window, column, dot, columns: 1, height }),
            Some(place) if place.column + place.columns > column => return Err(Fault::MarkRepeated(window)),
            Some(place) if place.column + place.columns < column => return Err(Fault::ColumnSkipped(window)),
            Some(place) if place.dot != dot => return Err(Fault::MarkMoved(window)),
            Some(place) => place.columns += 1,
        }
        Ok(())
    }
}

/// Is told what a frame consists of, piece by piece, each only after it was found to fit.
pub trait FrameVisitor {
    /// `dots` dots of one colour from `dot` on in the present column.
    fn run(&mut self, dot: u32, dots: u32, black: bool);
    /// `height` dots of a window from `dot` on in the present column.
    fn window(&mut self, window: Window, dot: u32, height: u32);
    /// The present column is complete.
    fn column_end(&mut self);
}

/// Reads a frame of columns of `dots` dots. On an error the visitor has seen what came before it.
pub fn read_frame(
    bytes: &[u8],
    dots: u32,
    heights: &Heights,
    visitor: &mut impl FrameVisitor,
) -> Result<FrameShape, RecordError> {
    if dots == 0 || dots > MOST_DOTS {
        return Err(RecordError { offset: 0, fault: Fault::HeadImpossible });
    }
    let mut shape = FrameShape::default();
    let mut column = Column { dot: 0, begun: false, dots };
    for (offset, piece) in Pieces::new(bytes) {
        if piece == Piece::ImageEnd {
            return end(bytes, offset, column).map(|()| shape).map_err(|(offset, fault)| at(offset, fault));
        }
        read_piece(piece, &mut shape, &mut column, heights, visitor).map_err(|fault| at(offset, fault))?;
    }
    Err(at(bytes.len(), Fault::EndMissing))
}

/// How far the present column has been read.
#[derive(Clone, Copy)]
struct Column {
    dot: u32,
    begun: bool,
    dots: u32,
}

impl Column {
    /// Takes `count` dots and says where they begin.
    fn advance(&mut self, count: u32) -> Result<u32, Fault> {
        let start = self.dot;
        if count > self.dots - start {
            return Err(Fault::ColumnTooLong { expected: self.dots });
        }
        self.dot += count;
        self.begun = true;
        Ok(start)
    }
}

fn read_piece(
    piece: Piece,
    shape: &mut FrameShape,
    column: &mut Column,
    heights: &Heights,
    visitor: &mut impl FrameVisitor,
) -> Result<(), Fault> {
    match piece {
        Piece::Run { black, dots } => {
            let dot = column.advance(dots)?;
            visitor.run(dot, dots, black);
        }
        Piece::Window(window) => {
            let height = heights.of(window).ok_or(Fault::HeightUnknown(window))?;
            let dot = column.advance(height)?;
            shape.mark(window, dot, height)?;
            visitor.window(window, dot, height);
        }
        Piece::ColumnEnd if column.dot < column.dots => {
            return Err(Fault::ColumnTooShort { dots: column.dot, expected: column.dots });
        }
        Piece::ColumnEnd if shape.columns == MOST_COLUMNS => return Err(Fault::TooManyColumns),
        Piece::ColumnEnd => {
            visitor.column_end();
            shape.columns += 1;
            *column = Column { dot: 0, begun: false, ..*column };
        }
        Piece::ImageEnd => {}
    }
    Ok(())
}

fn end(bytes: &[u8], offset: usize, column: Column) -> Result<(), (usize, Fault)> {
    if column.begun {
        Err((offset, Fault::EndWithinColumn))
    } else if offset + 1 < bytes.len() {
        Err((offset + 1, Fault::BytesAfterEnd))
    } else {
        Ok(())
    }
}

fn at(offset: usize, fault: Fault) -> RecordError {
    RecordError { offset, fault }
}
