public import Numerics

/// Pressure maps of any mat, made comparable: spikes and the largest values taken away, as roots, in one size, scaled,
/// and moved so that the sleeper is in the middle.
///
/// A map's values become max(x - baseline, 0), then the median of every 3 x 3 (edges repeated), at most the map's own
/// percentile, their square roots, averages over areas of a coarser grid, and are divided by their root mean square.
/// The centre of their squares is moved to the middle (linearly between four values, 0 beyond the map), and a map with
/// the feet first is turned by half a turn. Baseline and feet are the dataset's (`MapFrame`); without a frame the
/// baseline is 0 and the head first.
public struct MapPreparation: PreparationKind {
    /// `map`.
    public static let kind = "map"
    /// What was measured to lift every network on the maps of pmd.
    public static let standard = MapPreparation()

    /// Sides of the square whose median takes a value's place: 3, or 1 for none.
    public var despike: Int
    /// The percentile of a map's values that none of them is above afterwards; 100 for none.
    public var clipPercentile: Double
    /// Whether values become their square roots.
    public var root: Bool
    /// Rows of a prepared map.
    public var mapRows: Int
    /// Columns of a prepared map.
    public var mapColumns: Int
    /// Whether a prepared map's root mean square is 1.
    public var unitScale: Bool
    /// Whether the centre of a map's squared values is moved to the middle.
    public var centred: Bool

    private enum CodingKeys: String, CodingKey {
        case despike
        case clipPercentile = "clip_percentile"
        case root
        case mapRows = "map_rows"
        case mapColumns = "map_columns"
        case unitScale = "unit_scale"
        case centred
    }

    /// A preparation of these parts.
    public init(
        despike: Int = 3, clipPercentile: Double = 98, root: Bool = true, mapRows: Int = 32, mapColumns: Int = 16,
        unitScale: Bool = true, centred: Bool = true
    ) {
        (self.despike, self.clipPercentile, self.root) = (despike, clipPercentile, root)
        (self.mapRows, self.mapColumns) = (mapRows, mapColumns)
        (self.unitScale, self.centred) = (unitScale, centred)
    }

    /// Refuses other medians, percentiles beyond 100 and sizes beyond all mats.
    public func validate() throws(SettingFault) {
        try SettingFault.check(despike == 1 || despike == 3, "despike", despike, "3, or 1 for no median")
        try SettingFault.check(
            clipPercentile > 0 && clipPercentile <= 100, "clip_percentile", clipPercentile,
            "a number above 0, up to 100 for none")
        let sizes = 1...2048
        try SettingFault.check(sizes.contains(mapRows), "map_rows", mapRows, "1 to 2048")
        try SettingFault.check(sizes.contains(mapColumns), "map_columns", mapColumns, "1 to 2048")
    }

    /// Refuses values that are no map, and maps that are smaller than prepared ones.
    public func validate(rows: Int, columns: Int, content: [String]) throws(SettingFault) {
        let names = content.prefix(3).joined(separator: ", ") + (content.count > 3 ? ", …" : "")
        try SettingFault.check(
            content.isEmpty, "preparation", Self.kind, "norm or none for samples of \(names): they are no maps")
        try SettingFault.check(
            mapRows <= rows, "map_rows", mapRows,
            "at most \(rows), with --set upstream.map_rows=\(rows): the maps are \(rows) x \(columns)")
        try SettingFault.check(
            mapColumns <= columns, "map_columns", mapColumns,
            "at most \(columns), with --set upstream.map_columns=\(columns): the maps are \(rows) x \(columns)")
    }

    /// Baseline and feet.
    public var readsFrame: Bool { true }

    /// Where maps are brought to one scale.
    public var forgetsUnits: Bool { unitScale }

    /// The same for all maps.
    public func shape(rows: Int, columns: Int) -> SampleShape { SampleShape(rows: mapRows, columns: mapColumns) }

    /// Prepares all maps now.
    public func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        let shape = shape(rows: samples.rows, columns: samples.columns)
        return PreparedSamples(once: samples, shape: shape, threads: threads) {
            let preparer = MapPreparer(self, rows: samples.rows, columns: samples.columns, frame: frame)
            return { preparer.prepare($0, into: $1) }
        }
    }
}
