public import Encoders
public import Numerics

/// Reconstruction: tell the hidden blocks of a sample from the rest of it.
public struct MaskedSettings: TaskKind {
    /// `masked`.
    public static let kind = "masked"
    /// Half of a map's blocks of 4 x 4.
    public static let standard = MaskedSettings(maskedPart: 0.5, blockRows: 4, blockColumns: 4)

    /// The part of a sample's blocks that is hidden.
    public var maskedPart: Double
    /// Rows of a block; as many as a sample has, or more, hides spans of columns.
    public var blockRows: Int
    /// Columns of a block.
    public var blockColumns: Int

    private enum CodingKeys: String, CodingKey {
        case maskedPart = "masked_part"
        case blockRows = "block_rows"
        case blockColumns = "block_columns"
    }

    /// Settings of one's own.
    public init(maskedPart: Double, blockRows: Int, blockColumns: Int) {
        (self.maskedPart, self.blockRows, self.blockColumns) = (maskedPart, blockRows, blockColumns)
    }

    /// One.
    public var rowsPerOriginal: Int { 1 }

    /// What is to be told, and which of it is hidden.
    public func taskFloats(originals: Int, rows: Int, columns: Int) -> Double {
        1.25 * Double(originals) * Double(rows * columns)
    }

    /// Prepared samples are augmented before a part is hidden.
    public var usesAugmentation: Bool { true }

    /// An output for each value.
    public func head(rows: Int, columns: Int) -> Head { Head(outputs: rows * columns) }

    /// Refuses parts that are none or all, and blocks without a value.
    public func validate() throws(SettingFault) {
        let check = SettingFault.check
        try check((0.01...0.99).contains(maskedPart), "masked_part", maskedPart, "0.01 to 0.99")
        try check((1...1 << 24).contains(blockRows), "block_rows", blockRows, "1 to 2^24")
        try check((1...1 << 24).contains(blockColumns), "block_columns", blockColumns, "1 to 2^24")
    }

    /// Refuses samples of a single block: all of it or nothing would be hidden.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(
            blockRows < rows || blockColumns < columns, "block_rows", blockRows,
            "smaller blocks: one of \(blockRows) x \(blockColumns) is a whole sample [\(rows), \(columns)]")
    }

    /// The loss, and the mean square of the hidden values: what the loss would be if zeros were told.
    public func figures(originalsPerStep: Int, originalsPerLeaf: Int) -> [Figure] {
        [Figure(name: "loss", divisor: 1), Figure(name: "hidden_square", divisor: 1)]
    }

    /// The task of telling what is hidden.
    public func makeTask(_ surroundings: TaskSurroundings) -> any PretextTask { Masked(self, surroundings) }
}
