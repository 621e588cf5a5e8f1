import Datasets
public import Foundation
import Signals

/// Hypnograms of polysomnographs that recorded beside the devices of a timed table, and have its labels.
///
/// Each is one night of one person. Where the table names its subjects in a column, a file's name begins with that of
/// its subject, with nothing, or no letter and no digit, behind it: `P01.txt`, `P01-Hypnogram.edf`, and with `sub-`
/// before it. Sleep epochs are those of the hypnogram.
public struct TableHypnograms: Sendable {
    /// The files, of any form that ``Polysomnography`` takes.
    public var paths: [String]
    /// The zone of the clock that they go by.
    public var zone: TimeZone
    /// When the first sleep epoch of each begins, as a table's times are written; empty: as the files say.
    public var starts: [String]
    /// In which order the numbers of a date in `starts` stand.
    public var order: DateOrder
    /// Seconds that are added to the times of each, or one number for all.
    public var offsets: [Double]
    /// What their texts mean.
    public var reading: HypnogramReading

    /// Hypnograms that say themselves when they begin, but for what is named here.
    ///
    /// - Precondition: there are as many `starts` as files, or none; as many `offsets`, or one.
    public init(
        paths: [String], zone: TimeZone, starts: [String] = [], order: DateOrder = .yearFirst, offsets: [Double] = [0],
        reading: HypnogramReading = .plain
    ) {
        precondition(starts.isEmpty || starts.count == paths.count, "\(starts.count) starts of \(paths.count) files")
        precondition([1, paths.count].contains(offsets.count), "\(offsets.count) offsets of \(paths.count) files")
        (self.paths, self.zone, self.starts, self.order) = (paths, zone, starts, order)
        (self.offsets, self.reading) = (offsets, reading)
    }

    /// A hypnogram's night.
    struct Night {
        let path: String
        let name: TableNames.Name
        /// When its first sleep epoch begins, in microseconds since 1970-01-01 00:00 UTC.
        let start: Int
        /// How many seconds ahead of UTC the clock of the place was then.
        let ahead: Int32
        let stages: [SleepStage?]

        var times: Range<Int> { start..<start + stages.count * TimedStretches.epochLength }

        /// How far a time is outside of it.
        func distance(_ time: Int) -> Int { max(times.lowerBound - time, time - times.upperBound + 1, 0) }
    }

    /// The nights, and what was found.
    struct Placed {
        var nights: [Night] = []
        var skipped: [SkippedItem] = []
        var notes: [String] = []
    }

    /// Reads them.
    ///
    /// - Parameters:
    ///   - times: when the rows of each subject are, in order.
    ///   - subject: how the table names its subjects.
    /// - Returns: the nights in which there are rows; those without are among what was skipped.
    /// - Throws: `DatasetError` for a hypnogram that can't be used, whose subject or begin nothing tells, and where no
    ///   night has a row.
    func placed(
        beside times: [String: [Int]], _ subject: TableColumns.Subject
    ) throws(DatasetError) -> Placed {
        var placed = Placed()
        var texts = reading.mappedTexts
        for (index, path) in paths.enumerated() where paths[..<index].contains(path) {
            throw .unsuitable(path: path, reason: "given twice as a hypnogram")
        }
        let names = try TableNames.recordings(ofFiles: paths, remedy: "rename it")
        for (file, name) in names.enumerated() {
            let path = paths[file]
            guard let night = try night(file, named: name, beside: times, subject, &placed, &texts) else { continue }
            let own = times[night.name.subject] ?? []
            let areScored = night.stages.contains { $0 != nil }
            if areScored, own.contains(in: night.times) {
                placed.nights.append(night)
            } else {
                let reason = areScored ? Self.reason(night, without: own) : "no sleep epoch of it has a stage"
                placed.skipped.append(SkippedItem(path: path, kind: .recording, reason: reason))
            }
        }
        placed.notes += texts.notes
        guard !placed.nights.isEmpty else {
            let first = placed.skipped.first { $0.kind == .recording }
            throw .unsuitable(path: first?.path ?? paths[0], reason: first?.reason ?? "")
        }
        return placed
    }

    /// Reads one, which is of another time than those of its subject before it; nil where it is nobody's, which
    /// `placed` says.
    private func night(
        _ file: Int, named name: String, beside times: [String: [Int]], _ subject: TableColumns.Subject,
        _ placed: inout Placed, _ texts: inout MappedTexts
    ) throws(DatasetError) -> Night? {
        let path = paths[file]
        let scoring = try Scoring(opening: path, reading)
        let owner: String?
        switch subject {
        case .named(let name): owner = name
        case .column: owner = try Self.subject(ofFile: path, among: times.keys.sorted(), &placed)
        }
        guard let subject = owner else { return nil }
        for interval in scoring.intervals where interval.kind != .event { texts.add(interval.text) }
        let hypnogram = try Hypnogram(scoring, reading)
        guard hypnogram.epochCount <= 2 * SleepEpochWindow.epochsPerDay else {
            let hours = hypnogram.epochCount * 24 / SleepEpochWindow.epochsPerDay
            throw .unsuitable(
                path: path, reason: "its stages span \(hours) hours: are its times milliseconds or samples?")
        }
        placed.notes += scoring.notes + hypnogram.notes
        placed.notes += try hypnogram.requireAgreement(0..<hypnogram.epochCount)
        placed.skipped += hypnogram.skipped
        let (start, ahead) = try start(ofFile: file, scoring, hypnogram, beside: times[subject] ?? [], &placed.notes)
        if scoring.clock != nil { try requireRunningClock(of: scoring, hypnogram, from: start) }
        let night = Night(
            path: path, name: TableNames.Name(subject: subject, recording: name), start: start, ahead: ahead,
            stages: hypnogram.stages(0..<hypnogram.epochCount))
        let own = placed.nights.filter { $0.name.subject == subject }
        if let other = own.first(where: { $0.times.overlaps(night.times) }) {
            throw .unsuitable(
                path: path, reason: "it and \(other.path) are of one time of subject \(quoted(subject)): keep one")
        }
        return night
    }

    private static func reason(_ night: Night, without times: [Int]) -> String {
        func text(_ range: (Int, Int)) -> String { "from \(TimeText.utc(range.0)) to \(TimeText.utc(range.1))" }
        let all = "it is \(text((night.times.lowerBound, night.times.upperBound)))"
        let rows = times.isEmpty ? "" : ", and those are \(text((times[0], times[times.count - 1])))"
        return
            "no row of subject \(quoted(night.name.subject)) is in it: \(all)\(rows); --time-zone says by which clock it "
            + "was written, --hypnogram-offset shifts it"
    }

    /// The subject whose name a file's begins with; nil where there is none, which `placed` says.
    private static func subject(
        ofFile path: String, among subjects: [String], _ placed: inout Placed
    ) throws(DatasetError) -> String? {
        let name = URL(filePath: path).lastPathComponent.precomposedStringWithCanonicalMapping
        let names = name.hasPrefix("sub-") ? [name, String(name.dropFirst(4))] : [name]
        func isCalled(_ name: String, like subject: String) -> Bool {
            guard name.hasPrefix(subject) else { return false }
            return name.dropFirst(subject.count).first.map { !$0.isLetter && !$0.isNumber } ?? true
        }
        if let exact = subjects.first(where: { $0 == URL(filePath: name).deletingPathExtension().lastPathComponent }) {
            return exact
        }
        let found = subjects.filter { subject in names.contains { isCalled($0, like: subject) } }
        if found.count == 1 { return found[0] }
        let shown = (found.isEmpty ? subjects : found).prefix(8).map { quoted($0) }.joined(separator: ", ")
        let what = found.isEmpty ? "no subject of the table" : "several subjects"
        let reason =
            "its name begins like that of \(what) (\(shown)): call it as its subject, with - or _ before the rest"
        guard found.isEmpty else { throw .unsuitable(path: path, reason: reason) }
        placed.skipped.append(SkippedItem(path: path, kind: .recording, reason: reason))
        return nil
    }

    /// When the first sleep epoch of a hypnogram begins.
    private func start(
        ofFile file: Int, _ scoring: Scoring, _ hypnogram: Hypnogram, beside times: [Int], _ notes: inout [String]
    ) throws(DatasetError) -> (time: Int, ahead: Int32) {
        var clock = WallClock(zone: zone)
        func instants(showing local: Int) -> [(time: Int, ahead: Int32)] {
            clock.instants(showing: local).map { ($0, Int32((local - $0) / TimeText.second)) }
        }
        var found: [(time: Int, ahead: Int32)] = []
        if !starts.isEmpty {
            let start = starts[file]
            switch Array(start.utf8).withUnsafeBytes({ TimeText($0, order: order) }) {
            case .instant(let time, _):
                let date = Date(timeIntervalSince1970: Double(time) / Double(TimeText.second))
                return (time, Int32(zone.secondsFromGMT(for: date)))
            case .local(let local): found = instants(showing: local)
            case .number, nil:
                throw .unsuitable(
                    path: scoring.path,
                    reason: "\(Self.startOption) \(quoted(start, upTo: 40)) is not a time like 2024-03-31T22:30:00")
            }
        } else {
            let zeros = scoring.possibleZeros
            guard !zeros.isEmpty else {
                throw .unsuitable(
                    path: scoring.path,
                    reason: "it does not say on which day it begins, on the clock of the place: "
                        + "\(Self.startOption) TIME says when its first sleep epoch does")
            }
            let offset = offsets[offsets.count > 1 ? file : 0]
            for zero in zeros {
                let local = ((zero + hypnogram.firstOnset + offset) * Double(TimeText.second)).rounded()
                guard let local = Int(local, clampedTo: -1...Int.max / 4), local >= 0 else {
                    throw .unsuitable(path: scoring.path, reason: "it begins before 1970")
                }
                found += instants(showing: local)
            }
        }
        let apart = zip(found.dropFirst(), found).map { $0.time - $1.time }
        // Days of other months: of those that lie beside each other rows tell nothing.
        if !apart.isEmpty, apart.allSatisfy({ $0 > 2 * Self.day }) {
            let length = hypnogram.epochCount * TimedStretches.epochLength
            let withRows = found.filter { times.contains(in: $0.time..<$0.time + length) }
            if withRows.count == 1 {
                notes.append(
                    "\(scoring.path): its date may be read in several ways, and is taken as the one on which there are rows: it "
                        + "begins at \(TimeText.utc(withRows[0].time))")
                found = withRows
            }
        }
        guard found.count == 1 else {
            let reason =
                found.isEmpty
                ? "it begins at a time that is leapt over by the clocks of \(zone.identifier)"
                : "it may begin at \(found.map { TimeText.utc($0.time) }.joined(separator: " or "))"
            let remedy = "\(Self.startOption) TIME says when its first sleep epoch does, with its offset from UTC"
            throw .unsuitable(path: scoring.path, reason: "\(reason): \(remedy)")
        }
        return found[0]
    }

    /// A day, in the unit of a row's time.
    private static let day = Int(CalendarDay.seconds) * TimeText.second

    /// Refuses times of a clock on a night on which that was changed, but where they show that it ran on, as a
    /// polysomnograph's does: there are some in the hour that clocks on walls leap over, or none goes back, begins
    /// before another ends or leaves open how long it lasts.
    private func requireRunningClock(
        of scoring: Scoring, _ hypnogram: Hypnogram, from start: Int
    ) throws(DatasetError) {
        let first = start / TimeText.second
        let last = first + hypnogram.epochCount * TimedStretches.epochLength / TimeText.second
        func ahead(_ second: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) }
        let forward = ahead(last) - ahead(first)
        guard forward != 0 else { return }
        var (before, behind) = (first, last)
        while behind - before > 1 {
            let middle = before + (behind - before) / 2
            if ahead(middle) == ahead(first) { before = middle } else { behind = middle }
        }
        let change = hypnogram.firstOnset + Double(behind - first)
        let intervals = scoring.intervals.filter { $0.kind != .event }
        let runsOn: Bool
        if forward > 0 {
            runsOn = intervals.contains { (change..<change + Double(forward)).contains($0.onset) }
        } else {
            runsOn = zip(intervals.dropFirst(), intervals).allSatisfy { next, interval in
                interval.duration.map { interval.onset + $0 <= next.onset + 1 } ?? false
            }
        }
        guard !runsOn else { return }
        throw .unsuitable(
            path: scoring.path,
            reason:
                "clocks of \(zone.identifier) were changed in that night, and nothing shows that the one of its times ran "
                + "on: write onset, duration and stage, in seconds from its start, with \(Self.startOption) TIME")
    }

    private static let startOption = "--hypnogram-start"
}

extension [Int] {
    /// Whether any of these numbers, which stand in order, lies in a range.
    fileprivate func contains(in range: Range<Int>) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] < range.upperBound
    }
}
