import CKernels
public import Numerics

/// Prepared windows of signals with other gains, another start, another sign, more noise and a hidden part.
///
/// Gains and the strength of noise are each channel's own: electrodes differ. Start, sign and hidden part are those of
/// all channels alike: what goes on in several at the same time stays together.
public struct WindowAugmentation: AugmentationKind {
    /// `window`.
    public static let kind = "window"
    /// What was measured to serve contrastive pre-training on sleep epochs of 30 s.
    public static let standard = WindowAugmentation()

    /// Channels of the recording.
    public var inputChannels: Int
    /// The deviation of the normal number whose exponential a channel's values are multiplied by.
    public var gainDeviation: Double
    /// The longest way by which values are moved to an earlier time, the first ones to the end, as a part of the
    /// window: 1 for any.
    public var circularShift: Double
    /// How often values change their sign.
    public var signProbability: Double
    /// The largest deviation of the noise that is added; each channel's is drawn evenly up to it.
    public var noise: Double
    /// Which part of the window is set to 0, somewhere in it.
    public var maskedPart: Double

    private enum CodingKeys: String, CodingKey {
        case inputChannels = "input_channels"
        case gainDeviation = "gain_deviation"
        case circularShift = "circular_shift"
        case signProbability = "sign_probability"
        case noise
        case maskedPart = "masked_part"
    }

    /// An augmentation of these ranges.
    public init(
        inputChannels: Int = 1, gainDeviation: Double = 0.35, circularShift: Double = 1, signProbability: Double = 0.5,
        noise: Double = 0.2, maskedPart: Double = 0.2
    ) {
        (self.inputChannels, self.gainDeviation) = (inputChannels, gainDeviation)
        (self.circularShift, self.signProbability) = (circularShift, signProbability)
        (self.noise, self.maskedPart) = (noise, maskedPart)
    }

    /// Refuses ranges that leave nothing of a window.
    public func validate() throws(SettingFault) {
        func check(_ name: String, _ value: Double, upTo limit: Double) throws(SettingFault) {
            try SettingFault.check(value >= 0 && value <= limit, name, value, "a number from 0 to \(limit)")
        }
        try SettingFault.check(
            (1...4096).contains(inputChannels), "input_channels", inputChannels, "1 to 4096 channels of signals")
        try check("gain_deviation", gainDeviation, upTo: 2)
        try check("circular_shift", circularShift, upTo: 1)
        try check("sign_probability", signProbability, upTo: 1)
        try check("noise", noise, upTo: 10)
        try check("masked_part", maskedPart, upTo: 0.9)
    }

    /// Refuses samples whose rows are not those of so many channels.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(
            rows % inputChannels == 0, "input_channels", inputChannels,
            "the recording's number of channels, of which each has as many of a sample's \(rows) rows")
    }

    /// Draws a change and makes it; always the same number of draws, and no mirror.
    public func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence, mirrored: Bool?
    ) -> Bool {
        let count = rows * columns / inputChannels
        // Below 2^24 values: the products stay whole numbers below the count.
        let shift = Int(draws.uniform() * (circularShift * Double(count)).rounded(.up))
        let sign: Float = draws.uniform() < signProbability ? -1 : 1
        let masked = Int(maskedPart * Double(count))
        let maskStart = Int(draws.uniform() * Double(count - masked + 1))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { scratch in
            guard let copy = scratch.baseAddress else { return }
            let noise = copy + count
            noise.initialize(repeating: 0, count: count)
            for channel in 0..<inputChannels {
                let values = row + channel * count
                let gain = sign * Float(exponential(gainDeviation * draws.normal()))
                let deviation = Float(self.noise * draws.uniform())
                if self.noise > 0 { draws.fillNoise(noise, count: count) }
                copy.initialize(from: values, count: count)
                kernel_gain_and_noise(values, copy + shift, noise, count - shift, gain, deviation)
                let moved = count - shift
                kernel_gain_and_noise(values + moved, copy, noise + moved, shift, gain, deviation)
                (values + maskStart).update(repeating: 0, count: masked)
            }
        }
        return false
    }
}
