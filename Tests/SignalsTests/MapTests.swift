import Foundation
import Numerics
import Signals
import Testing

private struct Fixture: Decodable {
    struct Map: Decodable {
        let name: String
        let rows, columns: Int
        let baseline: Float
        let feetFirst: Bool
        let raw, prepared: [Float]
    }
    struct Change: Decodable {
        let degrees, rowScale, columnScale, rowShift, columnShift: Double
        let mirrored: Bool
        let result: [Float]
    }

    let maps: [Map]
    let changes: [Change]

    static func load() throws -> Fixture {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/maps", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Fixture.self, from: Data(contentsOf: url))
    }
}

private func samples(_ values: [Float], rows: Int, columns: Int) -> Samples {
    let block = FloatBlock(values)
    return Samples(
        count: values.count / (rows * columns), rows: rows, columns: columns, base: UnsafePointer(block.base),
        owner: block)
}

private func all(_ samples: PreparedSamples) -> [Float] {
    let block = FloatBlock(count: samples.count * samples.valuesPerSample)
    samples.copy(Array(0..<samples.count), into: block.base)
    return block.array
}

private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    #expect(a.count == b.count)
    return zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
}

private func changed(_ map: [Float], rows: Int = 32, columns: Int = 16, _ change: MapChange) -> [Float] {
    let block = FloatBlock(map)
    change.apply(to: block.base, rows: rows, columns: columns)
    return block.array
}

@Test(arguments: ["64 x 32", "64 x 27"])
func preparedMapsAreThoseOfTorch(name: String) throws {
    let map = try #require(try Fixture.load().maps.first { $0.name == name })
    let prepared = Preparation(MapPreparation.standard).prepared(
        samples(map.raw, rows: map.rows, columns: map.columns),
        frame: MapFrame(baseline: map.baseline, feetFirst: map.feetFirst))
    #expect((prepared.rows, prepared.columns) == (32, 16))
    #expect(largestDifference(all(prepared), map.prepared) < 1e-5)
}

/// The preparation of one map, in double precision and loops that say what is meant.
private func preparedSlowly(_ raw: [Float], rows: Int, columns: Int, _ settings: MapPreparation) -> [Double] {
    var map = raw.map { max(Double($0) - 3, 0) }
    func clamped(_ row: Int, _ column: Int) -> Double {
        map[min(max(row, 0), rows - 1) * columns + min(max(column, 0), columns - 1)]
    }
    if settings.despike == 3 {
        map = map.indices.map { place in
            let (row, column) = (place / columns, place % columns)
            return (-1...1).flatMap { r in (-1...1).map { clamped(row + r, column + $0) } }.sorted()[4]
        }
    }
    let limit = max(Percentiles(map).at(settings.clipPercentile / 100), 1e-3)
    map = map.map { settings.root ? min($0, limit).squareRoot() : min($0, limit) }
    // Every value as 16 x 5 equal pieces, so that areas of any size here are whole numbers of pieces.
    var small = [Double](repeating: 0, count: settings.mapRows * settings.mapColumns)
    for row in 0..<rows * settings.mapRows {
        for column in 0..<columns * settings.mapColumns {
            small[row / rows * settings.mapColumns + column / columns] +=
                map[row / settings.mapRows * columns + column / settings.mapColumns] / Double(rows * columns)
        }
    }
    let scale = (small.reduce(0) { $0 + $1 * $1 } / Double(small.count)).squareRoot() + 1e-6
    return settings.unitScale ? small.map { $0 / scale } : small
}

@Test(arguments: [
    MapPreparation(despike: 1, clipPercentile: 100, root: false, unitScale: false, centred: false),
    MapPreparation(clipPercentile: 61.5, mapRows: 5, mapColumns: 7, centred: false),
    MapPreparation(despike: 3, root: false, mapRows: 9, mapColumns: 11, unitScale: true, centred: false),
])
func eachPartOfThePreparationOfMapsCanBeLeftOut(settings: MapPreparation) throws {
    let (rows, columns) = (max(settings.mapRows, 9), max(settings.mapColumns, 11))
    var draws = RandomSequence(seed: 5, stream: 1)
    let raw = (0..<rows * columns).map { _ in Float((draws.uniform() * 40).rounded()) }
    let prepared = Preparation(settings).prepared(
        samples(raw, rows: rows, columns: columns), frame: MapFrame(baseline: 3, feetFirst: false))
    let expected = preparedSlowly(raw, rows: rows, columns: columns, settings).map { Float($0) }
    #expect(largestDifference(all(prepared), expected) < 2e-5)
}

@Test func mapsWithTheFeetFirstAreTurned() {
    let raw = (0..<64 * 32).map { Float($0 % 97) }
    let maps = samples(raw, rows: 64, columns: 32)
    let preparation = Preparation(MapPreparation(centred: false))
    let turned = all(preparation.prepared(maps, frame: MapFrame(baseline: 0, feetFirst: true)))
    #expect(turned == all(preparation.prepared(maps)).reversed())
}

@Test func aMapOfNothingIsPreparedToNothing() {
    let prepared = all(
        Preparation(MapPreparation.standard).prepared(
            samples(.init(repeating: 0, count: 64 * 32), rows: 64, columns: 32)))
    #expect(prepared.allSatisfy { $0 == 0 })
}

@Test func preparedMapsHaveTheSameBitsForAnyNumberOfThreads() {
    var draws = RandomSequence(seed: 5, stream: 2)
    let raw = (0..<200 * 40 * 20).map { _ in Float(draws.uniform() * 500) }
    let maps = samples(raw, rows: 40, columns: 20)
    let bits = [1, 2, 5].map { all(Preparation(MapPreparation.standard).prepared(maps, threads: $0)) }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
}

@Test(arguments: [
    (31, 16, [], "map_rows is 32: use at most 31, with --set upstream.map_rows=31: the maps are 31 x 16"),
    (32, 15, [], "map_columns is 16: use at most 15, with --set upstream.map_columns=15: the maps are 32 x 15"),
    (64, 32, ["hr", "count"], "preparation is map: use norm or none for samples of hr, count: they are no maps"),
])
func whatIsNoMapOrTooSmallIsRefused(rows: Int, columns: Int, content: [String], message: String) {
    let fault = #expect(throws: SettingFault.self) {
        try Preparation(MapPreparation.standard).validate(rows: rows, columns: columns, content: content)
    }
    #expect(fault?.description == message)
}

@Test(arguments: [
    MapPreparation(despike: 2), MapPreparation(clipPercentile: 0), MapPreparation(clipPercentile: .nan),
    MapPreparation(mapRows: 0), MapPreparation(mapColumns: 4000),
])
func preparationsOfMapsThatMakeNoSenseAreRefused(settings: MapPreparation) {
    #expect(throws: SettingFault.self) { try Preparation(settings).validate() }
}

@Test func changedMapsAreThoseOfTorch() throws {
    let fixture = try Fixture.load()
    for change in fixture.changes {
        let result = changed(
            fixture.maps[0].prepared,
            MapChange(
                turns: change.degrees / 360, rowScale: change.rowScale, columnScale: change.columnScale,
                rowShift: change.rowShift, columnShift: change.columnShift, isMirrored: change.mirrored))
        #expect(largestDifference(result, change.result) < 1e-5, "\(change.degrees)")
    }
}

@Test func aChangeOfNothingLeavesAMap() throws {
    let map = try Fixture.load().maps[0].prepared
    #expect(largestDifference(changed(map, MapChange()), map) < 1e-6)
}

@Test func valuesAreRaisedAndMultipliedAndABlockIsSetToZero() throws {
    let map = try Fixture.load().maps[1].prepared
    let result = changed(map, MapChange(exponent: 1.3, gain: 0.9, blockStart: (24, 12)))
    for place in map.indices {
        let expected = 0.9 * pow(Double(map[place]) + 1e-6, 1.3)
        let isCut = place / 16 >= 24 && place % 16 >= 12
        #expect(abs(Double(result[place]) - (isCut ? 0 : expected)) < 1e-5)
    }
}

@Test func drawnChangesStayInTheirRanges() throws {
    var draws = RandomSequence(seed: 3, stream: 9)
    let augmentation = MapAugmentation.contrast
    let changes = (0..<2000).map { _ in augmentation.drawChange(rows: 32, columns: 16, &draws) }
    #expect(changes.allSatisfy { abs($0.turns) <= 8.0 / 360 && abs($0.rowScale - 1) <= 0.12 + 1e-12 })
    #expect(changes.allSatisfy { abs($0.rowShift) <= 0.05 && abs($0.columnShift) <= 0.1 && !$0.isMirrored })
    #expect(changes.allSatisfy { abs(log($0.exponent ?? 9)) <= 0.4 + 1e-12 && $0.gain == 1 })
    let starts = changes.compactMap(\.blockStart)
    #expect((520...680).contains(starts.count))
    #expect(Set(starts.map(\.row)) == Set(0...24) && Set(starts.map(\.column)) == Set(0...12))
}

@Test func aMirrorCanBeAskedForAndIsToldOtherwise() throws {
    let map = try Fixture.load().maps[0].prepared
    let augmentation = Augmentation(MapAugmentation.standard)
    #expect(augmentation.mirrors && !Augmentation(MapAugmentation.contrast).mirrors)
    func augmented(_ mirrored: Bool?, seed: UInt64) -> (map: [Float], wasMirrored: Bool) {
        let block = FloatBlock(map)
        var draws = RandomSequence(seed: seed, stream: 0)
        let was = augmentation.augment(block.base, rows: 32, columns: 16, draws: &draws, mirrored: mirrored)
        return (block.array, was)
    }
    let drawn = (0..<200).map { augmented(nil, seed: UInt64($0)) }
    #expect((70...130).contains(drawn.filter(\.wasMirrored).count))
    for (seed, result) in drawn.enumerated() {
        let forced = augmented(result.wasMirrored, seed: UInt64(seed))
        let other = augmented(!result.wasMirrored, seed: UInt64(seed))
        #expect(forced.map == result.map && forced.wasMirrored == result.wasMirrored)
        #expect(other.map != result.map && other.wasMirrored != result.wasMirrored)
    }
}

@Test func noiseIsNormalAndFollowsFromItsKey() {
    let zeros = [Float](repeating: 0, count: 512 * 40 + 13)
    func noise(_ key: UInt64) -> [Float] {
        changed(zeros, rows: 1, columns: zeros.count, MapChange(noise: 0.5, noiseKey: key))
    }
    let values = noise(7).map { Double($0) / 0.5 }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + $1 * $1 } / count
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
    #expect(abs(mean) < 0.03 && abs(square - 1) < 0.04 && abs(fourth - 3) < 0.25)
    #expect(abs(Double(values.count { abs($0) < 0.6745 }) / count - 0.5) < 0.015)
    #expect(noise(7) == noise(7) && noise(7) != noise(8))
}

@Test func augmentationsOfMapsComeBackFromTheirJSON() throws {
    for settings in [MapAugmentation.standard, .contrast] {
        let json = try JSONEncoder().encode(Augmentation(settings))
        #expect(try JSONDecoder().decode(Augmentation.self, from: json) == Augmentation(settings))
        try Augmentation(settings).validate(rows: 32, columns: 16)
        #expect(throws: SettingFault.self) { try Augmentation(settings).validate(rows: 1, columns: 16) }
    }
}
