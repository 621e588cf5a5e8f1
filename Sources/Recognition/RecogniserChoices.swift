public import Layers

/// What a recogniser's recurrent layer is made of.
public enum RecogniserCell: String, Codable, CaseIterable, Sendable {
    /// Long short-term memory with a forget gate.
    case lstm
    /// The gated recurrent unit.
    case gru
    /// There is none: each sample is read for itself, and only the conditional random field sees sequences.
    case none

    /// The cell; nil where there is no recurrent layer.
    public var recurrent: RecurrentCell? {
        switch self {
        case .lstm: .lstm
        case .gru: .gru
        case .none: nil
        }
    }
}

/// What a recogniser has of an encoder.
public enum EncoderUse: String, Codable, CaseIterable, Sendable {
    /// It reads its features, which are computed once.
    case frozen
    /// It reads its features, and its body is trained on together with the recogniser.
    case tuned
    /// As `tuned`, from initial parameters: no encoder is needed.
    case scratch
    /// It reads no features and needs no encoder.
    case none

    /// Whether an encoder's body is trained on together with the recogniser.
    public var trainsBody: Bool { self == .tuned || self == .scratch }
    /// Whether there has to be a pre-trained encoder.
    public var needsEncoder: Bool { self == .frozen || self == .tuned }
}

/// What becomes of training samples without a label that lie between labelled ones.
public enum UnlabelledSamples: String, Codable, CaseIterable, Sendable {
    /// Sequences are cut there, and nothing is learnt from them.
    case cut
    /// They stay in their sequences, without a loss of their own, and count in how values are scaled.
    case keep
}
