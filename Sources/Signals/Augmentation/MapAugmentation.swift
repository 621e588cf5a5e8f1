public import Numerics

/// Prepared pressure maps turned, stretched, moved and mirrored a little, and with values changed.
///
/// Each number is drawn evenly from its range. Where the change of a map falls between values they are taken linearly
/// from four, and are 0 beyond the map.
public struct MapAugmentation: AugmentationKind {
    /// `map`.
    public static let kind = "map"
    /// What was measured to serve training on labels.
    public static let standard = MapAugmentation(
        rotationDegrees: 5, scaleChange: 0.08, shiftRows: 0.04, shiftColumns: 0.06, mirrorProbability: 0.5,
        exponentChange: 0.25, gainChange: 0.2, blockProbability: 0, noise: 0)
    /// What was measured to serve contrastive pre-training; whether to mirror is the task's to say.
    public static let contrast = MapAugmentation(
        rotationDegrees: 8, scaleChange: 0.12, shiftRows: 0.05, shiftColumns: 0.1, mirrorProbability: 0,
        exponentChange: 0.4, gainChange: 0, blockProbability: 0.3, noise: 0.1)

    /// The largest turn either way.
    public var rotationDegrees: Double
    /// The largest part by which rows, and for themselves columns, are stretched or squeezed.
    public var scaleChange: Double
    /// The largest move either way along the rows, as a part of the map's rows.
    public var shiftRows: Double
    /// The largest move either way along the columns, as a part of the map's columns.
    public var shiftColumns: Double
    /// How often a map is mirrored, left to right, where nobody says whether to.
    public var mirrorProbability: Double
    /// Values are raised to the power of e^u, u up to this either way; 0 leaves them.
    public var exponentChange: Double
    /// The largest part by which values become larger or smaller.
    public var gainChange: Double
    /// How often a block of a quarter of the rows and a quarter of the columns is set to 0.
    public var blockProbability: Double
    /// The deviation of the normal noise that each value gets.
    public var noise: Double

    private enum CodingKeys: String, CodingKey {
        case rotationDegrees = "rotation_degrees"
        case scaleChange = "scale_change"
        case shiftRows = "shift_rows"
        case shiftColumns = "shift_columns"
        case mirrorProbability = "mirror_probability"
        case exponentChange = "exponent_change"
        case gainChange = "gain_change"
        case blockProbability = "block_probability"
        case noise
    }

    /// An augmentation of these ranges.
    public init(
        rotationDegrees: Double, scaleChange: Double, shiftRows: Double, shiftColumns: Double,
        mirrorProbability: Double, exponentChange: Double, gainChange: Double, blockProbability: Double, noise: Double
    ) {
        (self.rotationDegrees, self.scaleChange) = (rotationDegrees, scaleChange)
        (self.shiftRows, self.shiftColumns) = (shiftRows, shiftColumns)
        (self.mirrorProbability, self.exponentChange) = (mirrorProbability, exponentChange)
        (self.gainChange, self.blockProbability, self.noise) = (gainChange, blockProbability, noise)
    }

    /// Whether there is a chance of it.
    public var mirrors: Bool { mirrorProbability > 0 }

    /// Refuses ranges that leave nothing of a map.
    public func validate() throws(SettingFault) {
        func check(_ name: String, _ value: Double, upTo limit: Double) throws(SettingFault) {
            try SettingFault.check(value >= 0 && value <= limit, name, value, "a number from 0 to \(limit)")
        }
        try check("rotation_degrees", rotationDegrees, upTo: 180)
        try check("scale_change", scaleChange, upTo: 0.9)
        try check("shift_rows", shiftRows, upTo: 1)
        try check("shift_columns", shiftColumns, upTo: 1)
        try check("mirror_probability", mirrorProbability, upTo: 1)
        try check("exponent_change", exponentChange, upTo: 2)
        try check("gain_change", gainChange, upTo: 0.9)
        try check("block_probability", blockProbability, upTo: 1)
        try check("noise", noise, upTo: 10)
    }

    /// Refuses maps of a single row or column.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(
            rows > 1 && columns > 1, "augmentation", Self.kind,
            "none for samples of \(rows) x \(columns): they are no maps")
    }

    /// Draws a change and makes it; always the same number of draws.
    public func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence, mirrored: Bool?
    ) -> Bool {
        let change = drawChange(rows: rows, columns: columns, &draws, mirrored: mirrored)
        change.apply(to: row, rows: rows, columns: columns)
        return change.isMirrored
    }

    /// A change for a map `[rows, columns]`; always the same number of draws.
    public func drawChange(rows: Int, columns: Int, _ draws: inout RandomSequence, mirrored: Bool? = nil) -> MapChange {
        func even(_ range: Double) -> Double { (2 * draws.uniform() - 1) * range }
        let angle = even(rotationDegrees / 360)
        let (rowScale, columnScale) = (1 + even(scaleChange), 1 + even(scaleChange))
        let (rowShift, columnShift) = (even(shiftRows), even(shiftColumns))
        let isMirrored = draws.uniform() < mirrorProbability
        let (power, gain) = (even(exponentChange), 1 + even(gainChange))
        let hasBlock = draws.uniform() < blockProbability
        // Rows and columns are fewer than 2^24, and a number below 1 has 53 bits: the product stays below.
        let blockRow = Int(draws.uniform() * Double(rows - rows / 4 + 1))
        let blockColumn = Int(draws.uniform() * Double(columns - columns / 4 + 1))
        let key = draws.next()
        return MapChange(
            turns: angle, rowScale: rowScale, columnScale: columnScale, rowShift: rowShift, columnShift: columnShift,
            isMirrored: mirrored ?? isMirrored, exponent: exponentChange > 0 ? exponential(power) : nil, gain: gain,
            blockStart: hasBlock ? (blockRow, blockColumn) : nil, noise: noise, noiseKey: key)
    }
}
