/// What a recurrent layer is made of.
public enum RecurrentCell: String, Codable, CaseIterable, Sendable {
    /// Long short-term memory with a forget gate.
    case lstm
    /// The gated recurrent unit, with the reset gate after the recurrent product.
    case gru

    /// How many gates a cell has.
    var gates: Int { self == .lstm ? 4 : 3 }
}
