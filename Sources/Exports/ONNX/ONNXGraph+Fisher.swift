import Numerics
import Recognition

extension ONNXGraph {
    /// Fisher vectors of points with respect to a mixture of Gaussians, in 64 bits.
    ///
    /// - Parameters:
    ///   - mixture: the mixture.
    ///   - points: `[samples, dimensions]`, 64 bits.
    ///   - isNormalised: whether values become their signed roots, and vectors are then divided by their norms.
    /// - Returns: `[samples, 2 * Gaussians * dimensions]`, 64 bits.
    func fisherVectors(_ mixture: GaussianMixture, of points: String, isNormalised: Bool) -> String {
        let (gaussians, dimensions) = (mixture.count, mixture.means.columns)
        let (means, variances) = (
            mixture.means.elements.map { Double($0) }, mixture.variances.elements.map { Double($0) }
        )
        let deviations = variances.map { $0.squareRoot() }
        // The logarithm of a Gaussian's height at its mean, times its weight, but for what all of them share.
        let heights = (0..<gaussians).map { gaussian in
            let own = deviations[gaussian * dimensions..<(gaussian + 1) * dimensions]
            return logarithm(Double(mixture.weights[gaussian])) - own.reduce(0) { $0 + logarithm($1) }
        }
        let shape = [1, gaussians, dimensions]
        let away = add(
            "Sub", [reshape(points, [-1, 1, dimensions]), doubles(means, shape, named: "mixture.means")])
        let z = add("Div", [away, doubles(deviations, shape, named: "mixture.deviations")])
        let squares = add("Mul", [z, z])
        let half = add("Mul", [sum(squares, over: [2]), doubles([-0.5], [], named: "minus_half")])
        let logs = add("Add", [half, doubles(heights, [1, gaussians, 1], named: "mixture.heights")])
        let parts = add("Softmax", [logs], [("axis", .whole(1))])
        let roots = mixture.weights.map { Double($0).squareRoot() }
        func vectors(_ values: String, _ sizes: [Double], named name: String) -> String {
            let scaled = add("Div", [add("Mul", [parts, values]), doubles(sizes, [1, gaussians, 1], named: name)])
            return reshape(scaled, [-1, gaussians * dimensions])
        }
        let first = vectors(z, roots, named: "mixture.roots")
        let second = vectors(
            add("Sub", [squares, doubles([1], [], named: "one_64")]), roots.map { $0 * 2.0.squareRoot() },
            named: "mixture.roots_of_two")
        let whole = add("Concat", [first, second], [("axis", .whole(1))])
        guard isNormalised else { return whole }
        let root = add("Mul", [add("Sign", [whole]), add("Sqrt", [add("Abs", [whole])])])
        return dividedByNorms(root)
    }
}
