/// Files that have the labels of a timed table, where those with the values have none.
///
/// They have a header, name subjects and recordings in the columns in which the files with the values do, and their
/// times are written alike.
public struct LabelFiles: Sendable, Equatable {
    /// The files, each with a header.
    public var paths: [String]
    /// The column of the time at which a label begins; nil for the one in which the others have theirs.
    public var time: String?

    /// Files with labels.
    public init(paths: [String], time: String? = nil) { (self.paths, self.time) = (paths, time) }

    /// Which of their columns are what, where all files together have `columns`.
    func columns(from columns: TableColumns) -> TableColumns {
        var own = columns
        own.position = time ?? columns.position
        own.values = .none
        return own
    }
}
