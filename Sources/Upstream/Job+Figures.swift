public import Numerics
public import Signals

extension Job {
    /// What the pretext task's figures are at these parameters, on draws that no step of the job makes: means over
    /// whole steps.
    ///
    /// With the same number of steps and the same samples, jobs of one task and one size are compared on the same rows,
    /// however they were trained.
    ///
    /// - Parameters:
    ///   - parameters: as many as the network has.
    ///   - samples: the dataset's samples, or those of other people in the same shape.
    ///   - steps: how many steps' rows to look at.
    ///   - threads: how many leaves are computed at once; the figures do not depend on it.
    ///   - progress: told how many steps are done, after each.
    /// - Returns: the figures in the order of `figures`, the loss first.
    /// - Throws: `UpstreamError` where a gradient there is not finite.
    /// - Precondition: the job is valid.
    public func figures(
        at parameters: FloatBlock, samples: Samples, steps: Int, threads: Int = 1,
        progress: (Int) -> Void = { _ in }
    ) throws(UpstreamError) -> [Double] {
        var looked = self
        (looked.seed, looked.steps, looked.settings.exchange) = (~seed, steps, .synchronous)
        looked.settings.arithmetic.wire = .float32
        let pool = LeafPool(job: looked, samples: samples, threads: threads)
        var sums = [Double](repeating: 0, count: looked.figures.count)
        for step in 0..<steps {
            let found = try pool.compute(leaves: 0..<shardsPerStep, round: step, parameters: parameters)
            sums = zip(sums, found[0].figures).map { $0 + $1 }
            progress(step + 1)
        }
        return zip(sums, looked.figures).map { $0 / ($1.divisor * Double(steps)) }
    }
}
