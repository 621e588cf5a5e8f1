/// The circle through points of a plane, by Taubin's algebraic fit.
///
/// G. Taubin, "Estimation of planar curves, surfaces, and nonplanar space curves defined by implicit equations", IEEE
/// PAMI 13 (1991) 1115-1138; as a root of a cubic, found by Newton's method from 0, as N. Chernov describes (*Circular
/// and Linear Regression*, 2010, chapter 5). It is less drawn towards small circles by short arcs than the simplest fit
/// is.
struct CircleFit: Equatable {
    /// The centre.
    let x, y: Double
    let radius: Double
    /// The mean square distance of the points from the circle.
    let residual: Double
    /// The mean square distance of the points from the best straight line.
    let lineResidual: Double
    /// The direction of that line, of length 1.
    let axisX, axisY: Double
    /// The points' mean.
    let meanX, meanY: Double

    /// Fits points; nil when they all coincide.
    init?(_ xs: ArraySlice<Double>, _ ys: ArraySlice<Double>) {
        precondition(xs.count == ys.count, "\(xs.count) and \(ys.count) coordinates")
        let n = Double(xs.count)
        guard n > 0 else { return nil }
        (meanX, meanY) = (xs.reduce(0, +) / n, ys.reduce(0, +) / n)
        var (uu, vv, uv, uz, vz, zz) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for (x, y) in zip(xs, ys) {
            let (u, v) = (x - meanX, y - meanY)
            let z = u * u + v * v
            uu += u * u
            vv += v * v
            uv += u * v
            uz += u * z
            vz += v * z
            zz += z * z
        }
        (uu, vv, uv, uz, vz, zz) = (uu / n, vv / n, uv / n, uz / n, vz / n, zz / n)
        let z = uu + vv
        guard z > 0 else { return nil }

        // The principal axes, for the line.
        let spread = (((uu - vv) / 2) * ((uu - vv) / 2) + uv * uv).squareRoot()
        lineResidual = max(z / 2 - spread, 0)
        let (ax, ay) = uu >= vv ? (z / 2 + spread - vv, uv) : (uv, z / 2 + spread - uu)
        let length = (ax * ax + ay * ay).squareRoot()
        (axisX, axisY) = length > 0 ? (ax / length, ay / length) : (1, 0)

        let covariance = uu * vv - uv * uv
        let varianceOfZ = zz - z * z
        let a3 = 4 * z
        let a2 = -3 * z * z - zz
        let a1 = varianceOfZ * z + 4 * covariance * z - uz * uz - vz * vz
        let a0 =
            uz * (uz * vv - vz * uv) + vz * (vz * uu - uz * uv) - varianceOfZ * covariance
        let root = Self.smallestRoot(a0, a1, a2, a3, scale: z)
        let determinant = root * root - root * z + covariance
        let cx = (uz * (vv - root) - vz * uv) / determinant / 2
        let cy = (vz * (uu - root) - uz * uv) / determinant / 2
        guard cx.isFinite, cy.isFinite else {  // points on a line: a circle without end
            (x, y, radius, residual) = (meanX, meanY, .infinity, lineResidual)
            return
        }
        let (x, y) = (cx + meanX, cy + meanY)
        let radius = (cx * cx + cy * cy + z).squareRoot()
        (self.x, self.y, self.radius) = (x, y, radius)
        residual =
            zip(xs, ys).reduce(0) { sum, point in
                let (dx, dy) = (point.0 - x, point.1 - y)
                let distance = (dx * dx + dy * dy).squareRoot() - radius
                return sum + distance * distance
            } / n
    }

    /// The root next to 0, from above, of a polynomial with these coefficients, by Newton's method.
    private static func smallestRoot(
        _ a0: Double, _ a1: Double, _ a2: Double, _ a3: Double, scale: Double
    ) -> Double {
        var root = 0.0
        for _ in 0..<32 {
            let value = a0 + root * (a1 + root * (a2 + root * a3))
            let slope = a1 + root * (2 * a2 + root * 3 * a3)
            guard slope != 0 else { break }
            let next = root - value / slope
            guard next.isFinite, next >= 0, abs(next - root) > 1e-14 * scale else { break }
            root = next
        }
        return root
    }
}
