import Numerics
public import Signals

/// Turns originals into rows for the network, and the network's outputs into a loss; a value for each thread.
///
/// What the upstream stage learns is in its task. Nothing outside a task knows what its rows mean.
public protocol PretextTask: AnyObject {
    /// Rows that `count` originals become.
    func rowCount(forOriginals count: Int) -> Int

    /// Writes the rows of these originals, `[rowCount(forOriginals:), inputs]`.
    func makeRows(of samples: Samples, _ originals: [Int], into rows: UnsafeMutablePointer<Float>)

    /// The loss of a shard and its gradient at the logits.
    ///
    /// The loss is this shard's part of a mean over the whole step, so that a step's loss and gradient are plain sums over shards.
    ///
    /// - Parameters:
    ///   - logits: `[rowCount(forOriginals:), outputs]`.
    ///   - originals: originals in this shard.
    ///   - originalsPerStep: originals in all shards of the step.
    ///   - gradient: replaced by the gradient at the logits.
    /// - Returns: the loss, and how many rows' targets got the largest output.
    func loss(
        ofLogits logits: UnsafePointer<Float>, originals: Int, originalsPerStep: Int,
        gradient: UnsafeMutablePointer<Float>
    ) -> (loss: Double, correct: Int)
}
