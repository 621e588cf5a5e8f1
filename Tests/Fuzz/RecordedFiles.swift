import Datasets
import Foundation
import Readers
import Signals

/// Recordings in publishers' layouts, and the datasets that are made of them.
enum RecordedFiles {
    private static let out = Scratch.path("out.safetensors")

    /// Makes a dataset of what was found, and opens it: what is written must be readable.
    private static func write(_ source: some RecordingSource) {
        do { _ = try source.write(to: out) } catch { return }
        do { _ = try Dataset(opening: out) } catch {
            fatalError("a dataset was written that can't be opened: \(error)")
        }
    }

    // MARK: - Signals

    static func edf(_ bytes: UnsafeRawBufferPointer) {
        let path = Scratch.file("signals.edf", bytes)
        guard let file = try? EDFFile(opening: path) else { return }
        for (place, signal) in file.signals.enumerated() {
            let count = min(signal.sampleCount, 4096)
            _ = try? file.values(of: place, 0..<count)
            _ = try? file.values(of: place, signal.sampleCount - count..<signal.sampleCount)
        }
        guard let name = file.signals.first?.name else { return }
        let night = PolysomnographyFiles(signals: path, hypnogram: nil)
        if let found = try? Polysomnography([night], channels: [name], rowSeconds: 30) { write(found) }
    }

    /// Ten minutes of one signal.
    private static let signals: String = {
        var header = ""
        func field(_ text: String, _ width: Int) {
            header += text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        for (text, width) in [
            ("0", 8), ("X X X X", 80), ("Startdate X X X X", 80), ("24.04.8922.00.00", 16), ("512", 8), ("", 44),
            ("600", 8), ("1", 8), ("1", 4), ("EEG", 16), ("", 80), ("uV", 8), ("-100", 8), ("100", 8),
            ("-32768", 8), ("32767", 8), ("", 80), ("1", 8), ("", 32),
        ] { field(text, width) }
        return Scratch.file("night.edf", Array(header.utf8) + (0..<1200).map { UInt8($0 * 37 & 0xFF) })
    }()

    /// Half an hour of a watch at the same time.
    private static let watch: String = {
        let rows = stride(from: 609_457_800, to: 609_459_600, by: 10).map { "\($0),\(60 + $0 / 30 % 7)\n" }
        return Scratch.file("watch.csv", Array(("time,bpm\n" + rows.joined()).utf8))
    }()

    // MARK: - Stages

    static func hypnogram(_ bytes: UnsafeRawBufferPointer) {
        let path = Scratch.file("stages", bytes)
        let night = PolysomnographyFiles(signals: signals, hypnogram: path)
        // One input in two is read in each of two ways.
        let ignores = bytes.reduce(0, &+) & 1 == 0
        guard
            let reading = try? HypnogramReading(
                stageMap: ignores ? ["7": "W"] : [:], ignoresUnknownStages: ignores, preference: ignores ? .first : nil)
        else { fatalError("no way to read stages") }
        if let found = try? Polysomnography(
            [night], channels: ["EEG"], wakeMargin: ignores ? 1 : nil, unlabelled: ignores, reading: reading)
        {
            write(found)
        }
        guard let labels = try? TableLabels(.stage) else { fatalError("no labels") }
        let beside = TableHypnograms(
            paths: [path], zone: .gmt, starts: ignores ? ["1989-04-24T21:58:15Z"] : [], reading: reading)
        if let found = try? TimedNights(
            files: [watch],
            columns: TableColumns(
                subject: .named("a"), recording: nil, position: "time", label: nil, values: .others),
            heartRate: "bpm", activity: nil, labels: labels, hypnograms: beside)
        {
            write(found)
        }
    }

    /// The folder of a record of ten sleep epochs of sixteen channels.
    private static let radar: String = {
        let channels = 16
        var header = ""
        func field(_ text: String, _ width: Int) {
            header += text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        func each(_ width: Int, _ text: (Int) -> String) { for channel in 1...channels { field(text(channel), width) } }
        for (text, width) in [
            ("0", 8), ("X X X X", 80), ("Startdate X X X X", 80), ("24.04.1422.00.00", 16), ("4352", 8), ("", 44),
            ("300", 8), ("1", 8), ("16", 4),
        ] { field(text, width) }
        each(16) { "S\($0)" }
        each(80) { _ in "" }
        each(8) { _ in "V" }
        for text in ["-100", "100", "-32768", "32767"] { each(8) { _ in text } }
        each(80) { _ in "" }
        each(8) { _ in "50" }
        each(32) { _ in "" }
        let values = (0..<300 * channels * 100).map { UInt8($0 * 37 & 0xFF) }
        _ = Scratch.file("radar/sbj01.edf", Array(header.utf8) + values)
        return "radar"
    }()

    static func annotations(_ bytes: UnsafeRawBufferPointer) {
        guard (try? AnnotationFile(bytes, path: "annotations")) != nil else { return }
        _ = Scratch.file("\(radar)/sbj01.edf.atr", bytes)
        _ = try? SleepBioradiolocation(root: Scratch.path(radar))
    }

    static func beats(_ bytes: UnsafeRawBufferPointer) {
        let parts = bytes.parts(3)
        for (name, part) in zip(["hea", "rr", "an"], parts) { _ = Scratch.file("slpdb/slp01a.\(name)", part) }
        if let found = try? SlpdbRecords(
            root: Scratch.path("slpdb"), heartRate: HeartRateMeasure.allCases, window: 1)
        {
            write(found)
        }
    }

    static func wrist(_ bytes: UnsafeRawBufferPointer) {
        let parts = bytes.parts(3)
        let names = ["labels/1_labeled_sleep", "heart_rate/1_heartrate", "motion/1_acceleration"]
        for (name, part) in zip(names, parts) { _ = Scratch.file("accel/\(name).txt", part) }
        let root = Scratch.path("accel")
        if let found = try? SleepAccelNights(root: root, origin: .raw, unlabelled: true) { write(found) }
        if let found = try? SleepAccelRecordings(root: root, content: .windows([.x, .hr], rate: 1)) { write(found) }
    }

    // MARK: - Tables

    static func numbers(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let columns = 1 + Int(first & 7)
        let path = Scratch.file("numbers.txt", UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
        for hasCommas in [false, true] {
            guard var table = try? NumberTable(path: path, hasCommas: hasCommas) else { continue }
            let count = min(table.linesLeft, 1 + Int(first >> 3))
            var floats = [Float](repeating: 0, count: count * columns)
            let isRead = floats.withUnsafeMutableBufferPointer {
                (try? table.read(columns: columns, into: $0)) != nil
            }
            guard isRead else { continue }
            guard floats.allSatisfy({ !$0.isNaN }) else { fatalError("a number that is none") }
            try? table.skip(lines: 1)
            var doubles = [Double](repeating: 0, count: table.linesLeft)
            doubles.withUnsafeMutableBufferPointer { try? table.readFirstColumn(into: $0) }
        }
    }

    static func table(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let path = Scratch.file("table.csv", UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
        let columns = TableColumns(
            subject: .column("s"), recording: "r", position: "p", label: first & 1 == 0 ? "l" : nil,
            values: first & 2 == 0 ? .others : .prefixed("v"))
        let vocabulary: LabelVocabulary = first & 4 == 0 ? .stage : .posture
        guard let labels = try? TableLabels(vocabulary) else { fatalError("no labels") }
        let format = TableRecordings.Format(
            delimiter: first & 8 == 0 ? nil : .semicolon, skippedLines: Int(first >> 4 & 1),
            positionStep: first & 32 == 0 ? 1 : 30)
        if let found = try? TableRecordings(
            files: [path], columns: columns, labels: labels, shape: .window(first & 64 == 0 ? 1 : 3), format: format)
        {
            write(found)
        }
    }

    static func timed(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let path = Scratch.file("timed.csv", UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
        var columns = TableColumns(
            subject: .named("a"), recording: first & 1 == 0 ? nil : "r", position: "t",
            label: first & 2 == 0 ? "l" : nil, values: .others)
        if first & 0x22 == 0x20 { columns.labelEnd = first & 0x10 == 0 ? .time("e") : .seconds("s") }
        guard let labels = try? TableLabels(.stage) else { fatalError("no labels") }
        let zone = first & 4 == 0 ? nil : TimeZone(identifier: "Europe/Berlin")
        let order = DateOrder.allCases[Int(first >> 3) % DateOrder.allCases.count]
        if let found = try? TimedTable(
            files: [path], columns: columns, labels: labels, times: TimeColumn(zone: zone, order: order))
        {
            write(found)
        }
        if first & 0x80 != 0,
            let found = try? TimedNights(
                files: [path], columns: columns, heartRate: "hr", activity: first & 0x40 == 0 ? nil : "count",
                labels: labels, times: first & 0x0C == 0x08 ? .fromStart : TimeColumn(zone: zone, order: order),
                bridge: first & 0x10 == 0 ? 0 : 90, activitySeconds: first & 0x08 == 0 ? nil : 60)
        {
            write(found)
        }
    }
}
