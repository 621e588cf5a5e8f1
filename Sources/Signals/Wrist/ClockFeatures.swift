import Foundation

/// What the time of the night says about sleep.
///
/// These are two of the three clocks that Walch et al. (Sleep 2019) give to a classifier. The third clock, the phase of
/// a circadian model fitted to weeks of steps or light, needs a model fitted elsewhere and is not computed here.
public enum ClockFeatures {
    /// Hours since the night's first usable sleep epoch, from seconds since then.
    public static func hours(_ seconds: Double) -> Double { seconds / 3600 }

    /// A cosine of 24 hours that is lowest five hours after the same moment, from seconds since it.
    public static func cosine(_ seconds: Double) -> Double { -cos((seconds - 5 * 3600) * 2 * .pi / 86_400) }
}
