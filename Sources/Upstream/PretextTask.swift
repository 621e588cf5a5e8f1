public import Signals

/// Turns originals into rows for the network, and the network's outputs into a loss; a value for each thread.
///
/// What the upstream stage learns is in its task. Nothing outside a task knows what its rows or its figures mean.
public protocol PretextTask: AnyObject {
    /// Writes the rows of these originals, `[rowsPerOriginal * originals.count, inputs]`.
    ///
    /// - Parameters:
    ///   - samples: the dataset's samples, prepared.
    ///   - originals: which of them.
    ///   - place: where the leaf stands; whatever is drawn at random is drawn from it.
    ///   - rows: replaced.
    func makeRows(
        of samples: PreparedSamples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>)

    /// The figures of a leaf, the loss first, and the loss's gradient at the network's outputs.
    ///
    /// The loss is this leaf's part of a mean over the whole step, so that a step's loss and gradient are plain sums
    /// over leaves.
    ///
    /// - Parameters:
    ///   - outputs: the network's, a row for each that was made.
    ///   - originals: originals in this leaf.
    ///   - place: where the leaf stands.
    ///   - gradient: replaced by the gradient at the outputs.
    /// - Returns: one number for each figure that the task's kind names.
    func figures(
        ofOutputs outputs: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double]
}
