import CKernels

/// The softmax of rows of logits, in double precision: `probabilities[c] = exp(logits[c]) / Σ exp(logits)`, and their
/// logarithms `logs[c] = logits[c] - log Σ exp(logits)`.
///
/// Computed from a row's largest logit down, so that no exponential overflows. All three are `[rows, classes]`.
public func logSoftmax(
    _ logits: UnsafePointer<Float>, rows: Int, classes: Int, logs: UnsafeMutablePointer<Double>,
    probabilities: UnsafeMutablePointer<Double>
) {
    kernel_log_softmax(logs, probabilities, logits, rows, classes)
}
