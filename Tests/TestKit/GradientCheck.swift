/// The largest relative error over `indices` of an analytic gradient against central differences.
///
/// The error at one parameter is `|analytic - numeric| / max(scale, |analytic|, |numeric|)`, where `scale` is the
/// largest analytic entry, so that float32's noise at tiny entries does not count.
///
/// - Parameters:
///   - parameters: the point; restored afterwards.
///   - analytic: the gradient to check, as long as `parameters`.
///   - indices: which parameters to check.
///   - step: the half-width of the difference.
///   - loss: the function differentiated, at the parameters given.
/// - Returns: the largest relative error.
public func gradientError(
    at parameters: inout [Float], analytic: [Float], indices: some Sequence<Int>, step: Float = 1e-2,
    loss: ([Float]) -> Double
) -> Double {
    let scale = Double(analytic.map(abs).max() ?? 0)
    var worst = 0.0
    for i in indices {
        let kept = parameters[i]
        parameters[i] = kept + step
        let above = loss(parameters)
        parameters[i] = kept - step
        let below = loss(parameters)
        parameters[i] = kept
        let numeric = (above - below) / (Double(kept + step) - Double(kept - step))
        let size = max(scale, abs(numeric), abs(Double(analytic[i])), 1e-12)
        worst = max(worst, abs(numeric - Double(analytic[i])) / size)
    }
    return worst
}
