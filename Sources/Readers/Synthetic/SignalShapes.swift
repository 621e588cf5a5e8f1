import Numerics

/// Noise around one frequency: a second-order autoregressive filter, whose output has deviation 1 for white noise of
/// deviation 1.
struct Resonator {
    private let a, b, gain: Float
    private var last: Float = 0
    private var beforeLast: Float = 0

    /// Poles at `frequency`, with about `bandwidth` between the half-power points, in hertz.
    init(frequency: Double, bandwidth: Double, rate: Double) {
        let radius = exponential(-.pi * bandwidth / rate)
        let (a, b) = (2 * radius * cosine(turns: frequency / rate), -radius * radius)
        // The variance of such a process: Box and Jenkins, Time Series Analysis, section 3.2.4.
        let variance = (1 - b) / ((1 + b) * ((1 - b) * (1 - b) - a * a))
        (self.a, self.b, gain) = (Float(a), Float(b), Float(1 / variance.squareRoot()))
    }

    mutating func next(_ noise: Float) -> Float {
        let value = a * last + b * beforeLast + gain * noise
        (beforeLast, last) = (last, value)
        return value
    }
}

/// Noise whose power falls with the frequency to some power, from 0.2 Hz on: first-order filters a factor of three
/// apart over the same white noise, together of deviation 1.
struct FallingSpectrum {
    private var states: SIMD8<Float> = .zero
    private let poles, gains: SIMD8<Float>

    init(exponent: Double, rate: Double) {
        var (poles, gains): (SIMD8<Double>, SIMD8<Double>) = (.zero, .zero)
        var corner = 0.2
        for i in 0..<5 {
            poles[i] = exponential(-2 * .pi * corner / rate)
            // Below its corner a filter's gain is this; the sum of all falls as the corners' gains do.
            gains[i] = (1 - poles[i]) * exponential(-exponent / 2 * logarithm(corner))
            corner *= 3
        }
        var variance = 0.0
        for i in 0..<5 { for j in 0..<5 { variance += gains[i] * gains[j] / (1 - poles[i] * poles[j]) } }
        (self.poles, self.gains) = (SIMD8<Float>(poles), SIMD8<Float>(gains / variance.squareRoot()))
    }

    mutating func next(_ noise: Float) -> Float {
        states = states * poles + gains * noise
        return ((states[0] + states[1]) + (states[2] + states[3])) + states[4]
    }
}

/// Forms of single waves; each is a function of the part that has passed, from 0 to 1, and has an amplitude of about 1.
enum WaveShape {
    /// A sine under an envelope that waxes and wanes; `turns` are the sine's.
    static func spindle(_ part: Double, turns: Double) -> Double {
        let envelope = sine(turns: part / 2)
        return envelope * envelope * sine(turns: turns * part)
    }

    /// A sharp negative wave, and right after it a slower positive one.
    static func kComplex(_ part: Double) -> Double {
        part < 0.35 ? -hump(part / 0.35) : 0.7 * hump((part - 0.35) / 0.65)
    }

    /// A negative half-wave and a positive one.
    static func slow(_ part: Double) -> Double { -sine(turns: part) }

    /// A rise that stops short: a slow flank and a steep one.
    static func sawTooth(_ part: Double) -> Double { part < 0.75 ? part / 0.375 - 1 : 1 - (part - 0.75) / 0.125 }

    /// From 0 to 1 and back.
    static func hump(_ part: Double) -> Double {
        let value = sine(turns: part / 2)
        return value * value
    }

    /// A jump of the eyes as an amplifier with a high-pass filter shows it: up within `rise` seconds, then back to 0
    /// with the time constant of 0.3 Hz (AASM manual: the EOG's filters are 0.3 and 35 Hz).
    static func jump(_ seconds: Double, rise: Double) -> Double {
        let rising = min(seconds / rise, 1)
        return rising * rising * (3 - 2 * rising) * exponential(-max(seconds - rise, 0) * 2 * .pi * 0.3)
    }
}
