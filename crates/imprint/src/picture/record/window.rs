//! Reading the record of a window: T columns of Y dots, each with its own flip-flop (Fig. 9b, 9c and 11).

use super::{Fault, MOST_COLUMNS, MOST_DOTS, Piece, Pieces, RecordError};

/// How large the content of a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowShape {
    /// T: how many columns.
    pub columns: u32,
    /// Y: how many dots each.
    pub height: u32,
}

/// Reads a window's record and tells `run` of each run: printing column and dot within the window, number of
/// dots, colour. Without an expected shape, the first column says how many dots all have. On an error `run` has
/// seen what came before it.
pub fn read_window(
    bytes: &[u8],
    expected: Option<WindowShape>,
    mut run: impl FnMut(u32, u32, u32, bool),
) -> Result<WindowShape, RecordError> {
    let at = |offset: usize, fault: Fault| RecordError { offset, fault };
    let most = expected.map_or(MOST_COLUMNS, |shape| shape.columns);
    let mut height = expected.map(|shape| shape.height);
    let (mut column, mut dot, mut last_end) = (0, 0, 0);
    for (offset, piece) in Pieces::new(bytes) {
        match piece {
            Piece::Run { black, dots } => {
                let limit = height.unwrap_or(MOST_DOTS);
                if dots > limit - dot {
                    return Err(at(offset, Fault::ColumnTooLong { expected: limit }));
                }
                run(column, dot, dots, black);
                dot += dots;
            }
            Piece::ColumnEnd => {
                let expected = *height.get_or_insert(dot);
                if dot != expected || dot == 0 {
                    return Err(at(offset, Fault::ColumnTooShort { dots: dot, expected: expected.max(1) }));
                }
                if column == most {
                    let columns = column + 1;
                    return Err(at(offset, Fault::WindowColumns { columns, expected: most }));
                }
                (column, dot, last_end) = (column + 1, 0, offset + 1);
            }
            Piece::Window(window) => return Err(at(offset, Fault::WindowWithinWindow(window))),
            Piece::ImageEnd => return Err(at(offset, Fault::EndWithinWindow)),
        }
    }
    if last_end != bytes.len() {
        return Err(at(bytes.len(), Fault::ColumnTooShort { dots: dot, expected: height.unwrap_or(1) }));
    }
    match (height, expected) {
        (Some(height), None) if column > 0 => Ok(WindowShape { columns: column, height }),
        (_, Some(shape)) if column == shape.columns => Ok(shape),
        _ => {
            let expected = expected.map_or(1, |shape| shape.columns);
            Err(at(bytes.len(), Fault::WindowColumns { columns: column, expected }))
        }
    }
}
