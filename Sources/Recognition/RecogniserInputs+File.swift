import Checkpoints
import Numerics
import Signals

extension RecogniserInputs {
    /// What a file keeps of them, beside the settings.
    var tensors: [(name: String, shape: [Int], values: [Float])] {
        var tensors: [(name: String, shape: [Int], values: [Float])] = []
        if let components {
            let directions = components.directions
            tensors.append(("components.mean", [directions.columns], components.mean))
            tensors.append(("components.directions", [directions.rows, directions.columns], directions.elements))
            tensors.append(("components.variances", [directions.rows], components.variances))
        }
        if let mixture {
            let shape = [mixture.means.rows, mixture.means.columns]
            tensors.append(("mixture.weights", [mixture.count], mixture.weights))
            tensors.append(("mixture.means", shape, mixture.means.elements))
            tensors.append(("mixture.variances", shape, mixture.variances.elements))
        }
        return tensors
    }

    /// Those of a file, for prepared samples of `values` values; nil when a value can't be right.
    init?(_ file: TensorFile, settings: RecogniserSettings, values: Int, preparation: Preparation)
        throws(TensorFileError)
    {
        func floats(_ name: String, _ shape: [Int]) throws(TensorFileError) -> [Float] {
            Array(try file.floats(name, shape: shape))
        }
        let (count, gaussians) = (settings.principalComponents, settings.fisherComponents)
        var (components, mixture): (PrincipalComponents?, GaussianMixture?)
        if count > 0 {
            let fitted = PrincipalComponents(
                mean: try floats("components.mean", [values]),
                directions: Matrix(
                    rows: count, columns: values, elements: try floats("components.directions", [count, values])),
                variances: try floats("components.variances", [count]))
            guard (fitted.mean + fitted.directions.elements).allSatisfy(\.isFinite),
                fitted.variances.allSatisfy({ $0 > 0 && $0.isFinite })
            else { return nil }
            components = fitted
        }
        if gaussians > 0 {
            let (weights, means) = (
                try floats("mixture.weights", [gaussians]), try floats("mixture.means", [gaussians, count])
            )
            let variances = try floats("mixture.variances", [gaussians, count])
            guard means.allSatisfy(\.isFinite), (weights + variances).allSatisfy({ $0 > 0 && $0.isFinite }) else {
                return nil
            }
            mixture = GaussianMixture(
                weights: weights, means: Matrix(rows: gaussians, columns: count, elements: means),
                variances: Matrix(rows: gaussians, columns: count, elements: variances))
        }
        self.init(
            preparation: preparation, includesSamples: settings.includeInputs, components: components, mixture: mixture,
            normalisesFisherVectors: settings.fisherNormalised)
    }
}
