/// A way to look at a sample; which one was used is the upstream stage's pretext label (paper, section on data
/// augmentation).
public enum SampleView: String, Codable, CaseIterable, Sendable {
    /// The sample itself.
    case identity
    /// A quarter turn against the clock.
    case rotated90
    /// A half turn.
    case rotated180
    /// Three quarter turns against the clock.
    case rotated270
    /// The magnitudes of the two-dimensional Fourier transform, of norm 1 for a sample of norm 1.
    ///
    /// The published program keeps only the real part of the transform; the paper speaks of the spectrum.
    case spectrum

    /// The paper's five, the identity first; another view is not among them.
    public static let published: [SampleView] = [.identity, .rotated90, .rotated180, .rotated270, .spectrum]
}
