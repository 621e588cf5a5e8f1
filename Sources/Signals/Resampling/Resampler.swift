import CSampleRate

/// Resamples one channel that comes in pieces, by libsamplerate's best band-limited interpolator.
///
/// Output k stands for the time `k / outputRate` after the first input, so nothing is delayed; frequencies above half
/// the lower rate are filtered out. Before the filter, the line through the channel's first and last value is taken
/// away, and added again behind it: beyond its ends a channel is taken to go on along that line instead of dropping to
/// zero (as in `scipy.signal.resample_poly` with `padtype="line"`). Constants and slopes therefore come through
/// unchanged. Equal rates change nothing at all.
public final class Resampler {
    private let state: OpaquePointer?
    private let inputCount: Int
    private let ratio: Double
    private let first: Double
    /// The line's rise from one input value to the next.
    private let slope: Double
    private var takenCount = 0
    private var givenCount = 0

    /// How many values come out in all: one for each output time before the end of the last input value.
    public let outputCount: Int

    /// The version of libsamplerate, like `0.2.2`.
    public static var libraryVersion: String {
        let name = src_get_version().map { String(cString: $0) } ?? "unknown"
        // libsamplerate-0.2.2 (c) and who made it
        return String(name.prefix { $0 != " " }.split(separator: "-").last ?? "unknown")
    }

    /// Whether the interpolator can go from one rate to the other: by a factor of at most 256 either way.
    public static func supports(from inputRate: Double, to outputRate: Double) -> Bool {
        src_is_valid_ratio(outputRate / inputRate) != 0
    }

    /// A resampler for one channel.
    ///
    /// - Parameters:
    ///   - inputRate: values per second that come in.
    ///   - outputRate: values per second that go out.
    ///   - inputCount: how many values will come in all.
    ///   - first: the first of them.
    ///   - last: the last of them.
    /// - Precondition: `supports(from:to:)`, and `inputCount` is above 0.
    public init(from inputRate: Double, to outputRate: Double, inputCount: Int, first: Double, last: Double) {
        precondition(
            Self.supports(from: inputRate, to: outputRate) && inputCount > 0,
            "\(inputCount) values from \(inputRate) to \(outputRate) Hz")
        ratio = outputRate / inputRate
        self.inputCount = inputCount
        self.first = first
        slope = inputCount > 1 ? (last - first) / Double(inputCount - 1) : 0
        outputCount = ratio == 1 ? inputCount : Int((Double(inputCount) * ratio - 1e-9).rounded(.up))
        var error: Int32 = 0
        state = ratio == 1 ? nil : src_new(Int32(SRC_SINC_BEST_QUALITY), 1, &error)
        precondition(ratio == 1 || state != nil, "src_new: \(String(cString: src_strerror(error)))")
    }

    deinit { if let state { src_delete(state) } }

    /// Takes the next values and returns what can be computed of the output so far.
    ///
    /// After the last input value the rest comes out, so that all pieces together have `outputCount` values.
    ///
    /// - Precondition: no more than `inputCount` values come in all.
    public func resample(_ input: [Double]) -> [Float] {
        precondition(takenCount + input.count <= inputCount, "more than \(inputCount) values")
        guard let state else {
            takenCount += input.count
            return input.map(Float.init)
        }
        let flattened = input.indices.map { Float(input[$0] - line(at: Double(takenCount + $0))) }
        takenCount += input.count
        let isLast = takenCount == inputCount
        var output = process(flattened, state)
        if isLast { output += rest(after: output.count, state) }
        let room = outputCount - givenCount
        if output.count > room { output.removeLast(output.count - room) }
        for index in output.indices {
            output[index] += Float(line(at: Double(givenCount + index) / ratio))
        }
        givenCount += output.count
        return output
    }

    /// What is due behind the last input value: beyond it lies more of the line, as much as the filter reaches.
    ///
    /// The interpolator's own end would lack values, one for the time behind the last input value, and at large factors
    /// most that its filter had not reached yet.
    private func rest(after count: Int, _ state: OpaquePointer) -> [Float] {
        let wanted = outputCount - givenCount - count
        var output: [Float] = []
        let piece = [Float](repeating: 0, count: 4_096)
        // Many times what any filter reaches.
        for _ in 0..<16 + Int(1 / min(ratio, 1)) where output.count < wanted { output += process(piece, state) }
        precondition(output.count >= wanted, "\(output.count) of \(wanted) values at a factor of \(ratio)")
        return output
    }

    private func line(at position: Double) -> Double { first + slope * position }

    private func process(_ input: [Float], _ state: OpaquePointer) -> [Float] {
        var output: [Float] = []
        var piece = [Float](repeating: 0, count: 4_096)
        var used = 0
        while true {
            let (usedNow, generated) = input.withUnsafeBufferPointer { input in
                piece.withUnsafeMutableBufferPointer { piece in
                    var nothing: Float = 0
                    return withUnsafePointer(to: &nothing) { nothing in
                        var data = SRC_DATA()
                        data.data_in = input.baseAddress.map { UnsafePointer($0 + used) } ?? nothing
                        data.input_frames = input.count - used
                        data.data_out = piece.baseAddress
                        data.output_frames = piece.count
                        data.src_ratio = ratio
                        let error = src_process(state, &data)
                        precondition(error == 0, "src_process: \(String(cString: src_strerror(error)))")
                        return (data.input_frames_used, data.output_frames_gen)
                    }
                }
            }
            used += usedNow
            output += piece[..<generated]
            if usedNow == 0, generated == 0 { return output }
        }
    }
}
