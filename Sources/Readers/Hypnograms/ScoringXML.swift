import Datasets
import Foundation
import FoundationXML

/// Reads a scoring in XML: annotations of the National Sleep Research Resource (`PSGAnnotation`), Compumedics' own
/// (`CMPStudyConfig`), or those of Philips' Sleepware (`PatientStudy`, files called `.rml`).
///
/// NSRR's events say themselves which are stages (`EventType` `Stages|Stages`, in older files `EventConcept`s like
/// `SDO:WakeState`) and when they are, in seconds from the recording's start. Compumedics lists a stage for each sleep
/// epoch, as numbers. Philips has when each stage begins, in seconds from there, as a person scored them and as the
/// program did. Document types and entities are refused
/// before anything is parsed, whatever they are for: they can name other files, and grow without bound. So are
/// processing instructions of a name alone (`<?name?>`), at which Foundation's parser traps.
final class ScoringXML: NSObject, XMLParserDelegate {
    /// Compumedics' numbers of stages.
    private static let numbers: [String: StageMeaning] = [
        "0": .stage(.wake), "1": .stage(.n1), "2": .stage(.n2), "3": .stage(.n3), "4": .stage(.n3), "5": .stage(.rem),
        "6": .unscored, "9": .unscored,
    ]
    /// The largest file, in bytes: libxml2 gives up at ten million, and a night's events are a tenth of that.
    private static let largestByteCount = 8 << 20
    /// Elements inside each other; no scoring has more.
    private static let deepest = 32
    /// Characters of an element that count; no number and no name has more.
    private static let longestText = 1_024

    /// Which of them the root element says it is.
    private enum Form: String {
        case nsrr = "PSGAnnotation"
        case compumedics = "CMPStudyConfig"
        case philips = "PatientStudy"
    }

    /// Whose stages Philips' form has: a person's, which count where there are any, and the program's own.
    private static let scorers = ["UserStaging", "MachineStaging"]

    private let path: String
    private let reading: HypnogramReading
    private var form: Form?
    private var elements: [String] = []
    private var text = ""
    private var fields: [String: String] = [:]
    private var intervals: [Scoring.Interval] = []
    private var stageCount = 0
    /// Philips' stages by scorer, and how many seconds each of the recording's sessions lasts.
    private var (staged, sessions): ([String: [Scoring.Interval]], [Double?]) = ([:], [])
    /// When Philips' first session began, and how many sessions there are.
    private var (start, sessionCount): (ScoringStart?, Int) = (nil, 0)
    /// Events of NSRR's without a type that may be stages, by their place among the intervals: they are where none has
    /// a type that says so, as in older files.
    private var (untyped, untypedFault): ([Int: Scoring.Interval], DatasetError?) = ([:], nil)
    /// By which rules each scored, `NeuroAdultAASMStaging` for adults by those of the AASM: the first ones count.
    private var rulesOfScorer: [String: String] = [:]
    private var failure: DatasetError?

    private init(path: String, _ reading: HypnogramReading) { (self.path, self.reading) = (path, reading) }

    /// Reads a whole file.
    ///
    /// - Throws: `DatasetError` that names the line.
    static func scoring(
        _ bytes: UnsafeRawBufferPointer, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) -> Scoring {
        guard bytes.count <= largestByteCount else {
            throw .unsuitable(
                path: path,
                reason: "\(bytes.count) bytes are too many for a scoring in XML (\(largestByteCount) at most)")
        }
        try refuseUnreadable(bytes, path: path)
        let reader = ScoringXML(path: path, reading)
        // What the declaration says of the encoding was true of the file, not of the UTF-8 that was made of it.
        var content = bytes[...].drop { $0 != UInt8(ascii: "<") }
        if content.starts(with: Array("<?xml".utf8)), let end = content.firstIndex(of: UInt8(ascii: ">")) {
            content = content[(end + 1)...].drop { $0 == 32 || (9...13).contains($0) }
        }
        let skippedLines = bytes[..<content.startIndex].count { $0 == 10 }
        let parser = XMLParser(data: Data(content))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        _ = parser.parse()
        if let failure = reader.failure { throw failure.moved(byLines: skippedLines) }
        if let error = parser.parserError {
            throw .badLine(
                path: path, line: parser.lineNumber + skippedLines,
                reason: "it is no well-formed XML (libxml2's error \((error as NSError).code)); was it cut?")
        }
        if reader.form == .philips { return try reader.philips() }
        do { try reader.takeUntyped() } catch { throw error.moved(byLines: skippedLines) }
        let isListed = reader.form == .compumedics
        return Scoring(
            path: path, intervals: reader.intervals, numbers: isListed ? numbers : nil,
            listedEpochCount: isListed ? reader.stageCount : nil)
    }

    private static func refuseUnreadable(_ bytes: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
        var line = 1
        for place in bytes.indices {
            if bytes[place] == 10 { line += 1 }
            guard bytes[place] == UInt8(ascii: "<"), place + 1 < bytes.count, "!?hH".utf8.contains(bytes[place + 1])
            else { continue }
            if bytes[place + 1] == UInt8(ascii: "?") {
                let name = bytes[(place + 2)...].prefix { $0 > 32 && $0 != UInt8(ascii: "?") }
                if bytes[name.endIndex...].starts(with: "?>".utf8) {
                    throw .badLine(
                        path: path, line: line,
                        reason: "the processing instruction \(quoted(String(decoding: name, as: UTF8.self))) says "
                            + "nothing, and is not read; save the file without it")
                }
                continue
            }
            let start = String(decoding: bytes[place...].prefix(14), as: UTF8.self).lowercased()
            if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
                throw .badLine(
                    path: path, line: line, reason: "it is a web page (HTML), no scoring: download the file itself")
            }
            if start.hasPrefix("<!doctype") || start.hasPrefix("<!entity") {
                throw .badLine(
                    path: path, line: line,
                    reason: "XML with a document type or entities is not read; save it without them")
            }
        }
    }

    // MARK: - XMLParserDelegate

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if elements.isEmpty {
            form = Form(rawValue: name)
            if form == nil {
                refuse(
                    parser,
                    "its root element is \(quoted(name)): of XML, PSGAnnotation (NSRR), CMPStudyConfig "
                        + "(Compumedics) and PatientStudy (Philips) are read")
            }
        }
        if form == .philips, name == "Stage" { takeStage(parser, attributes) }
        if name == "Session" { sessionCount += 1 }
        elements.append(name)
        text = ""
        if name == "ScoredEvent" { fields = [:] }
        if elements.count > Self.deepest {
            refuse(parser, "more than \(Self.deepest) elements stand inside each other")
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if text.utf8.count < Self.longestText { text += string.prefix(Self.longestText) }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard failure == nil else { return }
        elements.removeLast()
        let content = text.trimmingCharacters(in: .whitespacesAndNewlines)
        text = ""
        switch (elements.last, name) {
        case (_, "EpochLength"):
            if Double(content) != SleepEpochWindow.epochSeconds {
                refuse(parser, "its sleep epochs last \(quoted(content)) s; those of 30 s are read")
            }
        case ("SleepStages", "SleepStage") where form == .compumedics:
            let epoch = SleepEpochWindow.epochSeconds
            intervals.append(
                Scoring.Interval(onset: Double(stageCount) * epoch, duration: epoch, text: content, kind: .stage))
            stageCount += 1
        case ("Session", "Duration") where form == .philips: sessions.append(Double(content))
        case ("Session", "RecordingStart") where form == .philips && sessionCount == 1: start = ScoringStart(content)
        case ("ScoredEvent", _): fields[name] = content
        case (_, "ScoredEvent"): takeEvent(parser)
        default: break
        }
    }

    /// Takes a whole event; one that is no stage is only counted, so its times are not looked at.
    private func takeEvent(_ parser: XMLParser) {
        let text = fields["EventConcept"] ?? fields["Name"] ?? ""
        let type = fields["EventType"] ?? ""
        let isStage = form == .nsrr && type.lowercased().hasPrefix("stages")
        let mayBeOne =
            form == .nsrr && type.isEmpty
            && (reading.meaning(of: text) != nil || StageTexts.stage(named: text) != nil)
        if isStage || mayBeOne {
            do throws(DatasetError) {
                let interval = try stage(text, parser.lineNumber)
                if isStage { return intervals.append(interval) }
                untyped[intervals.count] = interval
            } catch {
                if isStage { return refuse(parser, error) }
                untypedFault = untypedFault ?? error
            }
        }
        intervals.append(Scoring.Interval(onset: 0, duration: nil, text: text, kind: .event))
    }

    /// A stage of NSRR's.
    private func stage(_ text: String, _ line: Int) throws(DatasetError) -> Scoring.Interval {
        let (onset, duration) = (try seconds("Start", line), try seconds("Duration", line))
        guard duration >= 0 else {
            throw .badLine(
                path: path, line: line,
                reason: "the stage \(quoted(text)) at \(onset) s ends before it starts: it lasts \(duration) s")
        }
        return Scoring.Interval(onset: onset, duration: duration, text: text, kind: .stage)
    }

    /// Takes events without a type for the stages that they are called, where there are no others.
    private func takeUntyped() throws(DatasetError) {
        guard !intervals.contains(where: { $0.kind == .stage }) else { return }
        if let untypedFault { throw untypedFault }
        for (place, interval) in untyped { intervals[place] = interval }
    }

    /// Takes a stage as Philips writes it: `<Stage Type="NonREM2" Start="1350"/>`.
    private func takeStage(_ parser: XMLParser, _ attributes: [String: String]) {
        guard let scorer = elements.dropLast().last, Self.scorers.contains(scorer), let rules = elements.last,
            rules.hasPrefix("Neuro"), rulesOfScorer[scorer, default: rules] == rules
        else { return }
        rulesOfScorer[scorer] = rules
        let text = attributes["Type"] ?? ""
        guard let onset = attributes["Start"].flatMap(Double.init), onset.isFinite else {
            let found = attributes["Start"].map { "is \(quoted($0))" } ?? "is not there"
            return refuse(
                parser, "the Start of a stage \(found): it must be a number of seconds from the recording's start")
        }
        staged[scorer, default: []].append(Scoring.Interval(onset: onset, duration: nil, text: text, kind: .stage))
    }

    /// Philips' stages: a person's, or those of the scorer that the user names.
    ///
    /// Each lasts until the next, the last one until the recording's end where it has one session.
    private func philips() throws(DatasetError) -> Scoring {
        let names = Self.scorers.filter { staged[$0] != nil }
        if let scorer = reading.scorer, !names.contains(scorer) {
            throw .unsuitable(
                path: path,
                reason: "it has no scorer \(quoted(scorer)): it has "
                    + names.map { quoted($0) }.joined(separator: ", "))
        }
        let scorer = reading.scorer ?? names.first ?? ""
        var intervals = staged[scorer] ?? []
        if sessions.count == 1, let end = sessions[0], let last = intervals.last, end >= last.onset {
            intervals.removeLast()
            if end > last.onset {
                intervals.append(
                    Scoring.Interval(onset: last.onset, duration: end - last.onset, text: last.text, kind: .stage))
            }
        }
        var scoring = Scoring(
            path: path, intervals: intervals, recordingStart: start, isOfAScorer: reading.scorer != nil)
        if reading.scorer == nil, scorer == Self.scorers[1] {
            scoring.notes = ["\(path): its stages are the program's own (\(scorer)): nobody has scored it"]
        }
        return scoring
    }

    private func seconds(_ name: String, _ line: Int) throws(DatasetError) -> Double {
        if let seconds = fields[name].flatMap(Double.init), seconds.isFinite { return seconds }
        let found = fields[name].map { "is \(quoted($0))" } ?? "is not there"
        throw .badLine(
            path: path, line: line,
            reason: "a stage's \(name) \(found): it must be a number of seconds from the recording's start")
    }

    private func refuse(_ parser: XMLParser, _ reason: String) {
        refuse(parser, .badLine(path: path, line: parser.lineNumber, reason: reason))
    }

    private func refuse(_ parser: XMLParser, _ fault: DatasetError) {
        guard failure == nil else { return }
        failure = fault
        parser.abortParsing()
    }
}

extension DatasetError {
    /// The same on a line so much further down.
    fileprivate func moved(byLines count: Int) -> DatasetError {
        guard case .badLine(let path, let line, let reason) = self else { return self }
        return .badLine(path: path, line: line + count, reason: reason)
    }
}
