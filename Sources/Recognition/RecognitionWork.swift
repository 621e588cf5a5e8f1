import CKernels
import Dispatch
import Layers
import Numerics

/// The buffers in which recognisers recognise; they grow to the largest batch and are then reused.
public final class RecognitionBuffers {
    /// Those of one thread, or of several that work on one batch.
    final class Lane {
        let network = RecogniserNetwork.Workspace()
        let field = CRF.Workspace()
        /// The mean of all members' and readings' emissions, `[rows, classes]`.
        var emissions = Scratch()
        /// The probability of each class at each row, and the class of each in the most probable sequence.
        var marginals = Scratch()
        var labels: [Int32] = []
    }

    fileprivate private(set) var lanes: [Lane] = []

    /// Buffers that are still empty.
    public init() {}

    fileprivate func reserve(_ count: Int) {
        while lanes.count < count { lanes.append(Lane()) }
    }
}

/// What is to be recognised: sequences in batches, of which none depends on another.
struct RecognitionWork {
    private let recogniser: Recogniser
    /// Values, once for all members or once for each, `[samples, features]`, and where they are mirrors for each class
    /// that of the mirrored sample.
    private let readings: [(values: [Matrix], mirror: [Int]?)]
    private let rowScaling: RowScaling
    /// The field's scores, at their places in a vector of parameters.
    private let scores: FloatBlock

    /// As many sequences as keep the multipliers busy at each of their steps.
    private static let fewestSequences = 48
    /// Rows of all batches at a time, where one batch has fewer.
    private static let rowsAtOnce = 1 << 17

    /// A work on some readings, of which each has as many samples.
    init(_ recogniser: Recogniser, readings: [(values: [Matrix], mirror: [Int]?)], scores: FloatBlock) {
        (self.recogniser, self.readings, self.scores) = (recogniser, readings, scores)
        rowScaling = RowScaling(
            recogniser.scaling, after: recogniser.featureCount, clip: recogniser.settings.inputClip)
    }

    private var classes: Int { recogniser.network.classes }

    /// What is recognised of these sequences of samples, of which each sample is in one.
    ///
    /// As many batches are worked on at a time as there are threads, or as `rowsAtOnce` allows; where there are fewer,
    /// they share the threads, of which two are of use to a recurrent layer. The bits are the same.
    ///
    /// - Precondition: no sequence goes past the samples, and all readings have as many.
    func recognition(
        of pieces: [Range<Int>], threads: Int, buffers: RecognitionBuffers, progress: (Int) -> Void
    ) -> Recogniser.Recognition {
        let count = readings[0].values[0].rows
        let batches = batches(of: pieces, threads: threads)
        let rows = batches.map { $0.reduce(0) { $0 + $1.count } }
        let wanted = rows.reduce(0, +)
        precondition(
            readings.allSatisfy { $0.values.allSatisfy { $0.rows == count } }
                && pieces.allSatisfy { 0 <= $0.lowerBound && $0.upperBound <= count }
                && wanted <= count,
            "\(wanted) samples of sequences in readings of \(count)")
        var labels = [Int](repeating: 0, count: count)
        var probabilities = [Float](repeating: 0, count: count * classes)
        let lanes = max(1, min(threads, batches.count, Self.rowsAtOnce / max(rows.max() ?? 0, 1)))
        buffers.reserve(lanes)
        labels.withUnsafeMutableBufferPointer { labels in
            probabilities.withUnsafeMutableBufferPointer { probabilities in
                // Each batch writes places of its own, and each lane has its buffers.
                nonisolated(unsafe) let (labels, probabilities, own) = (labels, probabilities, buffers.lanes)
                @Sendable func run(_ number: Int, lane: Int, threads: Int) {
                    recognise(batches[number], threads: threads, own[lane]) { sample, label, row in
                        labels[sample] = Int(label)
                        for c in 0..<classes { probabilities[sample * classes + c] = row[c] }
                    }
                }
                var (next, done) = (0, 0)
                while next < batches.count {
                    let (first, many) = (next, min(lanes, batches.count - next))
                    if many > 1 {
                        DispatchQueue.concurrentPerform(iterations: many) {
                            run(first + $0, lane: $0, threads: threads / many)
                        }
                    } else {
                        run(first, lane: 0, threads: threads)
                    }
                    next += many
                    done += rows[first..<next].reduce(0, +)
                    progress(done)
                }
            }
        }
        return Recogniser.Recognition(
            labels: labels, probabilities: Matrix(rows: count, columns: classes, elements: probabilities))
    }

    /// The sequences in batches no larger than those of the training, and small enough for each thread to have one
    /// where they stay worth it.
    private func batches(of pieces: [Range<Int>], threads: Int) -> [[Range<Int>]] {
        let share = (pieces.count + threads - 1) / max(threads, 1)
        let size = min(recogniser.settings.batchSequences, max(share, Self.fewestSequences))
        return stride(from: 0, to: pieces.count, by: size).map {
            Array(pieces[$0..<min($0 + size, pieces.count)])
        }
    }

    /// Recognises a batch, and has the class and the probabilities of each sample written.
    private func recognise(
        _ pieces: [Range<Int>], threads: Int, _ lane: RecognitionBuffers.Lane,
        _ write: (_ sample: Int, _ label: Int32, _ probabilities: UnsafePointer<Float>) -> Void
    ) {
        let network = recogniser.network
        var readCount = 0
        for (values, mirror) in readings {
            for (member, parameters) in recogniser.members.enumerated() {
                if member < values.count {  // else it reads what the one before has read
                    lane.network.take(pieces, of: values[member], scaled: rowScaling, threads: threads)
                }
                network.readBatch(lane.network, parameters: parameters, keeping: false, threads: threads)
                add(lane.network.heads[0].emissions.base, mirror: mirror, isFirst: readCount == 0, lane)
                readCount += 1
            }
        }
        let batch = lane.network.batch
        if readCount > 1 { kernel_scale(lane.emissions.base, 1 / Float(readCount), batch.rows * classes) }
        lane.marginals.reserve(batch.rows * classes)
        if lane.labels.count < batch.rows { lane.labels = [Int32](repeating: 0, count: batch.rows) }
        network.field.decode(
            emissions: lane.emissions.block, batch, parameters: scores, into: &lane.labels,
            probabilities: lane.marginals.block, workspace: lane.field, threads: threads)
        for (row, sample) in lane.network.samples.enumerated() {
            write(sample, lane.labels[row], lane.marginals.base + row * classes)
        }
    }

    /// Adds emissions, `[rows, classes]`, to the sum of those before; a mirror's count for the classes that it mirrors.
    private func add(
        _ emissions: UnsafePointer<Float>, mirror: [Int]?, isFirst: Bool, _ lane: RecognitionBuffers.Lane
    ) {
        let rows = lane.network.batch.rows
        lane.emissions.reserve(rows * classes)
        let sum = lane.emissions.base
        if isFirst { sum.update(repeating: 0, count: rows * classes) }
        guard let mirror else { return kernel_add(sum, emissions, rows * classes) }
        for row in 0..<rows {
            for c in 0..<classes { sum[row * classes + c] += emissions[row * classes + mirror[c]] }
        }
    }
}
