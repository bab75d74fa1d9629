//! Where everything stands on a card of each kind; `docs/formats/card.md` has the tables.
//!
//! What always holds: places do not overlap; two copies of the same thing, and whatever is not written together, never
//! share a page that the chip programs as a whole.

use crate::kind::Kind;

/// A place on a card. Memory cards have no files: theirs is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub file: u16,
    pub address: u16,
    pub length: u16,
}

impl Place {
    const fn new(file: u16, address: u16, length: u16) -> Place {
        Place { file, address, length }
    }

    /// What lies within it: nothing, if that is outside.
    pub fn part(self, offset: u16, length: u16) -> Option<Place> {
        let end = offset.checked_add(length)?;
        let address = self.address.checked_add(offset)?;
        (end <= self.length).then_some(Place { file: self.file, address, length })
    }
}

/// The places of a kind.
#[derive(Debug)]
pub(crate) struct Geometry {
    /// Part I: number B.
    pub one: Place,
    /// Part II: number A.
    pub two: Place,
    /// The unique number of a memory card and the seal over parts I and II.
    pub binding: Place,
    /// The two copies of part III.
    pub three: [Place; 2],
    /// The two copies of the directory of applications.
    pub directory: [Place; 2],
    /// How many applications the directory lists.
    pub applications_max: usize,
    /// Where the applications stand.
    pub applications: Place,
    /// Bytes that the chip programs together: applications begin at multiples of it.
    pub page: u16,
}

pub(crate) const ONE_BYTES: u16 = 4;
pub(crate) const TWO_BYTES: u16 = 6;
pub(crate) const BINDING_BYTES: u16 = 32;
pub(crate) const THREE_BYTES: u16 = 32;
/// Behind parts I and II of an I²C memory: what makes them count, since nothing can protect them.
pub(crate) const CHECK_BYTES: u16 = 4;
pub(crate) const PAGE_BYTES: u16 = 64;
/// Bytes of a memory card of kind a, and how many of them can be protected.
pub(crate) const A_BYTES: usize = 256;
pub(crate) const A_PROTECTED_BYTES: usize = 32;
/// Bytes of an I²C memory.
pub(crate) const B_BYTES: usize = 32_768;

/// The files of the card application on a processor card, and their bytes.
pub(crate) mod file {
    pub const ONE: u16 = 0x0001;
    pub const TWO: u16 = 0x0002;
    pub const THREE: u16 = 0x0003;
    pub const APPLICATIONS: u16 = 0x0004;

    pub const ONE_BYTES: usize = 4;
    pub const TWO_BYTES: usize = 38;
    pub const THREE_BYTES: usize = 128;
    pub const APPLICATIONS_BYTES: usize = 7424;
}

// The chip's own answer takes 0 to 4, what its maker protects before delivery 6 to 8 and 21 to 27.
const A: Geometry = Geometry {
    one: Place::new(0, 8, ONE_BYTES),
    two: Place::new(0, 12, TWO_BYTES),
    binding: Place::new(0, 32, BINDING_BYTES),
    three: [Place::new(0, 64, THREE_BYTES), Place::new(0, 96, THREE_BYTES)],
    directory: [Place::new(0, 128, 16), Place::new(0, 144, 16)],
    applications_max: 1,
    applications: Place::new(0, 160, 96),
    page: 1,
};

const B: Geometry = Geometry {
    one: Place::new(0, 0, ONE_BYTES),
    two: Place::new(0, 128, TWO_BYTES),
    binding: Place::new(0, 256, BINDING_BYTES),
    three: [Place::new(0, 320, THREE_BYTES), Place::new(0, 384, THREE_BYTES)],
    directory: [Place::new(0, 448, 128), Place::new(0, 576, 128)],
    applications_max: 16,
    applications: Place::new(0, 704, B_BYTES as u16 - 704),
    page: PAGE_BYTES,
};

const N: Geometry = Geometry {
    one: Place::new(file::ONE, 0, ONE_BYTES),
    two: Place::new(file::TWO, 0, TWO_BYTES),
    binding: Place::new(file::TWO, TWO_BYTES, BINDING_BYTES),
    three: [Place::new(file::THREE, 0, THREE_BYTES), Place::new(file::THREE, 64, THREE_BYTES)],
    directory: [Place::new(file::APPLICATIONS, 0, 128), Place::new(file::APPLICATIONS, 128, 128)],
    applications_max: 16,
    applications: Place::new(file::APPLICATIONS, 256, file::APPLICATIONS_BYTES as u16 - 256),
    page: PAGE_BYTES,
};

const _: () = assert!(A.applications.address as usize + A.applications.length as usize == A_BYTES);
const _: () = assert!(A.two.address + A.two.length <= 21 && A.binding.address as usize == A_PROTECTED_BYTES);
const _: () = assert!(N.binding.address + N.binding.length == file::TWO_BYTES as u16);

/// A copy of the directory holds its sequence, the number of its entries, the entries and its check.
const fn holds_its_directory(geometry: &Geometry) -> bool {
    let needed = 4 + 1 + geometry.applications_max * 4 + 4;
    geometry.directory[0].length as usize >= needed && geometry.directory[1].length as usize >= needed
}
const _: () = assert!(holds_its_directory(&A) && holds_its_directory(&B) && holds_its_directory(&N));

impl Kind {
    pub(crate) const fn geometry(self) -> &'static Geometry {
        match self {
            Kind::A => &A,
            Kind::B => &B,
            Kind::N => &N,
        }
    }
}
