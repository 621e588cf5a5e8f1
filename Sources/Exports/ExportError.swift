/// Why something can't be told to another program.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line: what is wrong and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
