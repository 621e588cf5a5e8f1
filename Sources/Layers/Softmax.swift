import Numerics

/// Logarithms of the softmax of one row of logits: `result[c] = logits[c] - log Σ exp(logits)`.
///
/// Computed in double precision from the largest logit down, so that no exponential overflows.
public func logSoftmax(_ logits: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Double>) {
    var largest = Double(logits[0])
    for c in 1..<max(count, 1) { largest = max(largest, Double(logits[c])) }
    var sum = 0.0
    for c in 0..<count { sum += exponential(Double(logits[c]) - largest) }
    let logSum = largest + logarithm(sum)
    for c in 0..<count { result[c] = Double(logits[c]) - logSum }
}
