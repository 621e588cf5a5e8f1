import Numerics

/// What tells one made-up sleeper, and the electrodes on them, from the next.
///
/// Centres are published, how far people lie apart is published for the alpha rhythm alone and else chosen so that a
/// classifier of band powers errs on people that it has not seen.
struct SyntheticSleeper {
    /// A factor of all that the EEG and the EOG show: skull, skin and electrodes; chosen.
    let gain: Double
    let eyeGain: Double
    /// The exponent with which the background's power falls with the frequency: 1 to 2 (Pritchard, *International
    /// Journal of Neuroscience* 66 (1992) 119-129).
    let slope: Double
    /// The rhythm of closed eyes, in hertz: 10 with a deviation of 0.9 (Haegens et al., *NeuroImage* 92 (2014) 46-55),
    /// within 8 to 13 (AASM).
    let alphaFrequency: Double
    /// A factor; one person in ten has no such rhythm and another one in ten little (AASM manual, rules for stage W).
    let alpha: Double
    /// In hertz, within 4 to 7 (AASM: low-amplitude mixed-frequency activity); and a factor.
    let thetaFrequency: Double
    let theta: Double
    /// In hertz, within 0.5 to 2 (AASM); and a factor of the size of slow waves.
    let slowFrequency: Double
    let slow: Double
    /// In hertz, within 11 to 16, most often 12 to 14 (AASM); and factors of spindles' sizes and how many come.
    let spindleFrequency: Double
    let spindle: Double
    let spindleDensity: Double
    /// A factor of how many K-complexes come.
    let kComplexDensity: Double
    /// A factor of what is faster than 16 Hz.
    let beta: Double
    /// A factor of the chin's muscle tone, and what is left of it in REM sleep: where there is little to begin with,
    /// nothing more is lost.
    let tone: Double
    let atonia: Double
    /// Factors of the white noise of electrodes, and of the slow drift of sweat.
    let electrodeNoise: Double
    let drift: Double
    /// Factors of how often the sleeper moves, and moves the eyes.
    let movement: Double
    let eyes: Double

    /// A subject's.
    init(seed: UInt64, subject: Int) {
        var random = RandomSequence(
            seed: seed, stream: SyntheticHypnogram.Stream.firstSleeper + UInt64(subject))
        func factor(_ spread: Double) -> Double { exponential(spread * random.truncatedNormal()) }
        func near(_ centre: Double, _ spread: Double, _ range: ClosedRange<Double>) -> Double {
            min(max(centre + spread * random.normal(), range.lowerBound), range.upperBound)
        }
        (gain, eyeGain) = (factor(0.3), factor(0.4))
        slope = near(1.5, 0.25, 1...2)
        alphaFrequency = near(10, 0.9, 8...13)
        let kind = random.uniform()
        alpha = (kind < 0.1 ? 0 : kind < 0.2 ? 0.4 : 1) * factor(0.35)
        (thetaFrequency, theta) = (near(5.5, 0.5, 4.5...6.5), factor(0.3))
        (slowFrequency, slow) = (near(0.95, 0.15, 0.6...1.5), factor(0.25))
        (spindleFrequency, spindle, spindleDensity) = (near(13, 0.6, 11.5...15.5), factor(0.35), factor(0.5))
        kComplexDensity = factor(0.5)
        beta = factor(0.5)
        (tone, atonia) = (factor(0.6), factor(0.4))
        (electrodeNoise, drift) = (factor(0.6), factor(0.6))
        (movement, eyes) = (factor(0.4), factor(0.4))
    }
}
