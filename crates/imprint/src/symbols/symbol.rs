//! One symbol: a grid of 5 by 4 modules, black or white, with a name, and the measures a reader takes of it.

/// Modules a symbol is wide.
pub const COLUMNS: u32 = 5;
/// Modules a symbol is high.
pub const ROWS: u32 = 4;
/// Modules of a symbol: one of them is 5 % of its blackening.
pub const MODULES: u32 = COLUMNS * ROWS;

/// One symbol of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    name: &'static str,
    modules: u32,
}

impl Symbol {
    pub(super) const fn new(name: &'static str, modules: u32) -> Symbol {
        Symbol { name, modules }
    }

    /// The name an examiner says: one lower-case word.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a module is black; the left column and the top row are 0. Outside of the grid is white.
    pub const fn is_black(&self, column: u32, row: u32) -> bool {
        is_black(self.modules, column, row)
    }

    /// Its modules as a mask: bit `row * 5 + column` is set where it is black.
    pub const fn modules(&self) -> u32 {
        self.modules
    }

    /// How many of its modules are black: the measure of the reading by blackening.
    pub const fn black_modules(&self) -> u32 {
        self.modules.count_ones()
    }

    /// Its features for the reading by edges; see [`edges`].
    pub const fn edges(&self) -> [(u8, u8); COLUMNS as usize] {
        edges(self.modules)
    }
}

/// The first two edges of each column of a mask, read downwards (EP 0 660 270, Fig. 4c): the row of the first
/// change from white to black and the row of the next change back to white. Where there is no such row, the
/// value is 4: both for a white column, the second for a column black down to its foot.
pub const fn edges(modules: u32) -> [(u8, u8); COLUMNS as usize] {
    [
        column_edges(modules, 0),
        column_edges(modules, 1),
        column_edges(modules, 2),
        column_edges(modules, 3),
        column_edges(modules, 4),
    ]
}

const fn column_edges(modules: u32, column: u32) -> (u8, u8) {
    let begin = first_row(modules, column, 0, true);
    let end = first_row(modules, column, begin, false);
    (begin as u8, end as u8)
}

/// The first row from `row` downwards with this colour, or [`ROWS`] where there is none.
const fn first_row(modules: u32, column: u32, mut row: u32, black: bool) -> u32 {
    while row < ROWS && is_black(modules, column, row) != black {
        row += 1;
    }
    row
}

const fn is_black(modules: u32, column: u32, row: u32) -> bool {
    column < COLUMNS && row < ROWS && modules >> (row * COLUMNS + column) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_downwards_column_by_column() {
        // #.#..
        // ..#..
        // ..#.#
        // ..##.
        let modules = 0b01100_10100_00100_00101;
        assert_eq!(edges(modules), [(0, 1), (4, 4), (0, 4), (3, 4), (2, 3)]);
    }

    #[test]
    fn a_column_with_two_strokes_gives_its_first_two_edges_only() {
        let modules = 1 | 1 << 10;
        assert_eq!(edges(modules), [(0, 1), (4, 4), (4, 4), (4, 4), (4, 4)]);
    }

    #[test]
    fn outside_of_the_grid_is_white() {
        let solid = Symbol::new("solid", u32::MAX);
        assert!(solid.is_black(4, 3));
        for (column, row) in [(5, 0), (0, 4), (u32::MAX, u32::MAX), (0, u32::MAX), (u32::MAX, 0)] {
            assert!(!solid.is_black(column, row));
        }
    }
}
