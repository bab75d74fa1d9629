//! Places on paper, in dots.

/// A rectangle of dots; `x` and `y` are its top left dot. `x` is negative within a cliché.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rect {
    /// The leftmost column.
    pub x: i32,
    /// The topmost dot.
    pub y: i32,
    /// How many columns it is wide.
    pub width: u32,
    /// How many dots it is high.
    pub height: u32,
}

impl Rect {
    /// The rectangle with this top left dot and this size.
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    /// The first column right of it.
    pub const fn right(self) -> i32 {
        self.x.saturating_add_unsigned(self.width)
    }

    /// The first dot below it.
    pub const fn bottom(self) -> i32 {
        self.y.saturating_add_unsigned(self.height)
    }

    /// Whether the dot at `(x, y)` belongs to it.
    pub const fn contains(self, x: i32, y: i32) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// Whether `other` lies within it as a whole.
    pub const fn encloses(self, other: Rect) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Whether the two share a dot.
    pub const fn overlaps(self, other: Rect) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
            && self.width > 0
            && other.width > 0
            && self.height > 0
            && other.height > 0
    }

    /// A rectangle of the given size in its middle (rounded to the left and upwards).
    pub const fn centred(self, width: u32, height: u32) -> Rect {
        let x = self.x + (self.width as i32 - width as i32).div_euclid(2);
        let y = self.y + (self.height as i32 - height as i32).div_euclid(2);
        Rect { x, y, width, height }
    }

    /// It, moved.
    pub const fn moved(self, right: i32, down: i32) -> Rect {
        Rect { x: self.x + right, y: self.y + down, ..self }
    }

    /// The smallest rectangle around both.
    pub fn union(self, other: Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = self.right().max(other.right()) - x;
        let height = self.bottom().max(other.bottom()) - y;
        Rect { x, y, width: width as u32, height: height as u32 }
    }
}
