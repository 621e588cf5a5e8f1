/// Why something can't be told to another program.
package struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line: what is wrong and what to do.
    package let description: String

    init(_ description: String) { self.description = description }
}
