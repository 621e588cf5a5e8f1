/// A row-major matrix of 32-bit floats with value semantics, for everything off the hot path.
public struct Matrix: Equatable, Sendable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// `rows * columns` values, row after row.
    public var elements: [Float]

    /// A matrix with these values.
    ///
    /// - Precondition: `elements` has `rows * columns` values.
    public init(rows: Int, columns: Int, elements: [Float]) {
        precondition(elements.count == rows * columns, "\(elements.count) values for [\(rows), \(columns)]")
        (self.rows, self.columns, self.elements) = (rows, columns, elements)
    }

    /// A matrix of zeros.
    public init(rows: Int, columns: Int) {
        self.init(rows: rows, columns: columns, elements: [Float](repeating: 0, count: rows * columns))
    }

    /// The value at a row and a column.
    public subscript(row: Int, column: Int) -> Float {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// One row's values.
    public func row(_ row: Int) -> ArraySlice<Float> { elements[row * columns..<(row + 1) * columns] }

    /// The rows in `range`, as a matrix of their own.
    public func rows(in range: Range<Int>) -> Matrix {
        Matrix(
            rows: range.count, columns: columns,
            elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
    }
}
