/// Why no report can be made.
package enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Things that are to stand on one page are of different samples.
    case otherSamples(String)
    /// A file is of another form or version than this program reads.
    case otherForm(file: String, reason: String)
    /// There is nothing to draw.
    case empty(file: String, reason: String)

    /// One line: what is wrong and what to do.
    package var description: String {
        switch self {
        case .otherSamples(let reason): reason
        case .otherForm(let file, let reason), .empty(let file, let reason): "\(file): \(reason)"
        }
    }
}
