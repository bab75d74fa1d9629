//! Plane projective maps: how a flat sheet of paper lands on a sensor.

/// A place in a picture or on paper, in pixels or dots; pixel centres lie at half numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A projective map of the plane, row by row; the last coefficient is not fixed to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography([f64; 9]);

impl Homography {
    /// A stretch of both axes.
    pub fn scaling(factor: f64) -> Homography {
        Homography([factor, 0.0, 0.0, 0.0, factor, 0.0, 0.0, 0.0, 1.0])
    }

    /// A shift.
    pub fn shift(x: f64, y: f64) -> Homography {
        Homography([1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0])
    }

    /// A turn about a centre; positive degrees turn the picture clockwise, since y runs downwards.
    pub fn turn(degrees: f64, centre: Point) -> Homography {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let turned = Homography([cosine, -sine, 0.0, sine, cosine, 0.0, 0.0, 0.0, 1.0]);
        Homography::shift(-centre.x, -centre.y).then(turned).then(Homography::shift(centre.x, centre.y))
    }

    /// The view of a camera above a centre, `distance` away, once the paper is tipped by some degrees about a line
    /// through that centre in the given direction. The scale at the centre stays one.
    pub fn tipped(degrees: f64, direction_degrees: f64, distance: f64, centre: Point) -> Homography {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let view = Homography([1.0, 0.0, 0.0, 0.0, cosine, 0.0, 0.0, sine / distance, 1.0]);
        let origin = Point { x: 0.0, y: 0.0 };
        Homography::shift(-centre.x, -centre.y)
            .then(Homography::turn(-direction_degrees, origin))
            .then(view)
            .then(Homography::turn(direction_degrees, origin))
            .then(Homography::shift(centre.x, centre.y))
    }

    /// The map that takes four points to four others, or `None` when three of them lie on a line.
    pub fn between(from: [Point; 4], to: [Point; 4]) -> Option<Homography> {
        let unit_to_target = Homography::from_unit_square(to)?;
        Some(Homography::from_unit_square(from)?.inverse()?.then(unit_to_target))
    }

    /// The map that takes (0,0), (1,0), (1,1), (0,1) to four corners (Heckbert's closed form).
    fn from_unit_square([a, b, c, d]: [Point; 4]) -> Option<Homography> {
        let (edge_x, edge_y) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let (bx, by, dx, dy) = (b.x - c.x, b.y - c.y, d.x - c.x, d.y - c.y);
        let determinant = bx * dy - by * dx;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let g = (edge_x * dy - edge_y * dx) / determinant;
        let h = (bx * edge_y - by * edge_x) / determinant;
        Some(Homography([
            b.x - a.x + g * b.x,
            d.x - a.x + h * d.x,
            a.x,
            b.y - a.y + g * b.y,
            d.y - a.y + h * d.y,
            a.y,
            g,
            h,
            1.0,
        ]))
    }

    /// This map, and then another.
    pub fn then(self, next: Homography) -> Homography {
        let mut product = [0.0; 9];
        for (index, cell) in product.iter_mut().enumerate() {
            let (row, column) = (index / 3 * 3, index % 3);
            *cell = (0..3).map(|k| next.0[row + k] * self.0[3 * k + column]).sum();
        }
        Homography(product)
    }

    /// The way back, or `None` for a map that flattens the plane.
    pub fn inverse(self) -> Option<Homography> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        if determinant.abs() < 1e-12 {
            return None;
        }
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        Some(Homography(adjugate.map(|cell| cell / determinant)))
    }

    /// Where a point goes.
    pub fn apply(self, point: Point) -> Point {
        let [x, y, w] = self.numerators(point);
        Point { x: x / w, y: y / w }
    }

    /// The homogeneous coordinates of where a point goes.
    pub(crate) fn numerators(self, Point { x, y }: Point) -> [f64; 3] {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        [a * x + b * y + c, d * x + e * y + f, g * x + h * y + i]
    }

    /// By how much the homogeneous coordinates grow for each step to the right.
    pub(crate) fn step_right(self) -> [f64; 3] {
        [self.0[0], self.0[3], self.0[6]]
    }
}
