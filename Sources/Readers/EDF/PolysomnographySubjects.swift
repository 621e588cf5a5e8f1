import Datasets
import Foundation

/// Who was recorded in each night of a dataset.
///
/// The user says so, or the name of a Sleep-EDF file, or the patient code of an EDF+ header, or a name of the Brain
/// Imaging Data Structure. A code that says nothing (`X`, `anonymous`) is none, and of two files without one nobody
/// knows whether they are one person's.
struct PolysomnographySubjects {
    /// What is known of a night.
    struct Night {
        let files: PolysomnographyFiles
        let patient: EDFPatient
    }

    private enum Source { case user, name, code, file }

    /// The subject of each night.
    let names: [String]
    /// What the reader of results should know of who is whom.
    private(set) var notes: [String] = []

    /// Finds the subjects.
    ///
    /// - Parameters:
    ///   - nights: the nights of the dataset.
    ///   - filesAreSubjects: whether every file whose patient is not told is another person's.
    ///   - visits: whose such files are that are called alike but for a visit's number; nil: they are refused.
    /// - Throws: `DatasetError.unsuitable` where people can't be told apart.
    init(
        of nights: [Night], filesAreSubjects: Bool, visits: Polysomnography.Visits? = nil
    ) throws(DatasetError) {
        let remedy = "give a --subject for each"
        // Two datasets of that structure may call two people alike.
        let areOfOneDataset = Set(nights.compactMap { PolysomnographyFiles.bidsRoot($0.files.signals) }).count == 1
        let sources = nights.map { night -> (name: String, source: Source) in
            if let subject = night.files.subject { return (subject, .user) }
            if let subject = PolysomnographyFiles.sleepEDFSubject(night.files.name) { return (subject, .name) }
            let code = night.patient.code
            if !SubjectNames.saysNothing(code) { return (code, .code) }
            if !filesAreSubjects, areOfOneDataset,
                let subject = PolysomnographyFiles.bidsSubject(night.files.name)
            {
                return (subject, .name)
            }
            let name = night.files.nameOfWhole
            return (visits == .onePerson ? NamedVisit(name)?.person ?? name : name, .file)
        }
        names = sources.map(\.name)
        var firstNameless: Night?
        var nameless = NightsNamedByFile(visits)
        for (night, (name, source)) in zip(nights, sources) where source == .file {
            guard !nameless.isKnown(night.files) else { continue }
            func said(_ night: Night) -> String {
                let (code, text) = (night.patient.code, night.patient.freeText)
                if !code.isEmpty { return "the patient code \"\(code)\"" }
                return SubjectNames.saysNothing(text)
                    ? "no patient code"
                    : "no patient code (\(quoted(text)) is not taken for one: the file does not call itself EDF+)"
            }
            if let first = firstNameless, !filesAreSubjects {
                throw .unsuitable(
                    path: night.files.signals,
                    reason:
                        "it has \(said(night)) and \(first.files.signals) \(said(first)): nothing tells whether they "
                        + "are one person's; \(remedy), or --file-is-subject where each file is another person's")
            }
            if let twin = nameless.twin(of: night.files) {
                throw .unsuitable(
                    path: night.files.signals,
                    reason: "it has the name of \(twin), and no patient code tells whether they are one "
                        + "person's: \(remedy)")
            }
            firstNameless = firstNameless ?? night
            if !night.patient.code.isEmpty {
                notes.append(
                    "\(night.files.signals): the patient code \"\(night.patient.code)\" says nothing; its subject is "
                        + "named by its file, \(name)")
            }
        }
        try SubjectNames.requireDistinct(
            names, path: nights.first?.files.signals ?? "", remedy: "name each person in one way with --subject")
        try requireOtherNames(nights, sources)
        try Self.requireOneSubjectOfVisits(
            nights, names, areNamedByFile: sources.map { $0.source == .file }, visits)
        if !filesAreSubjects, areOfOneDataset { try requireOneSubjectOfEachName(nights) }
        try requireOneSubjectOfEachFile(nights)
        try compareNights(nights, sources.map(\.source))
        comparePeople(nights)
    }

    /// Compares what the headers of a night's two files say of the person.
    ///
    /// - Parameters:
    ///   - signals: the signals.
    ///   - scoring: the hypnogram.
    ///   - subject: who was recorded, where the user says so.
    /// - Returns: what the reader of results should know, where the user says whose night it is.
    /// - Throws: `DatasetError.unsuitable` where the hypnogram seems to be another person's and the user says nothing.
    static func compare(
        _ signals: EDFFile, _ scoring: Scoring, _ subject: String?
    ) throws(DatasetError) -> String? {
        let (own, other) = (signals.patient, scoring.patient)
        for (what, value, otherValue) in [
            ("patient code", other.code, own.code), ("patient's sex", other.sex, own.sex),
            ("patient's birthdate", other.birthdate, own.birthdate),
        ] where !SubjectNames.saysNothing(value) && !SubjectNames.saysNothing(otherValue) {
            guard SubjectNames.folded(value) != SubjectNames.folded(otherValue) else { continue }
            let difference = "its \(what) is \"\(value)\", and \"\(otherValue)\" in \(signals.path)"
            guard subject != nil else {
                throw .unsuitable(
                    path: scoring.path,
                    reason: "\(difference): is it another person's hypnogram? if both are of one night, give --subject")
            }
            return "\(scoring.path): \(difference)"
        }
        return nil
    }

    /// Refuses a file's name as its subject where another file's header, or the user, calls a subject so.
    private func requireOtherNames(_ nights: [Night], _ sources: [(name: String, source: Source)]) throws(DatasetError)
    {
        for (night, own) in zip(nights, sources) where own.source == .file {
            let other = zip(nights, sources).first { $1.source != .file && $1.name == own.name }
            guard let (first, _) = other else { continue }
            throw .unsuitable(
                path: night.files.signals,
                reason: "no patient code tells whose it is, and its name is what the subject of \(first.files.signals) "
                    + "is called: give a --subject for each")
        }
    }

    /// Refuses two subjects in nights whose names, of the Brain Imaging Data Structure, are one's, and one in nights
    /// whose names are two's.
    private func requireOneSubjectOfEachName(_ nights: [Night]) throws(DatasetError) {
        func fault(_ index: Int, _ other: Int, byName: String, byCode: String) -> DatasetError {
            .unsuitable(
                path: nights[index].files.signals,
                reason: "by its name and that of \(nights[other].files.signals) they are \(byName) recordings, and by "
                    + "what their headers say of the patient \(byCode): give a --subject for each")
        }
        var (firstOfName, firstOfSubject): ([String: Int], [String: Int]) = ([:], [:])
        for (index, night) in nights.enumerated() where night.files.subject == nil {
            guard let name = PolysomnographyFiles.bidsSubject(night.files.name) else { continue }
            if let first = firstOfName[name], names[first] != names[index] {
                throw fault(index, first, byName: "one person's", byCode: "two people's")
            }
            if let first = firstOfSubject[names[index]],
                PolysomnographyFiles.bidsSubject(nights[first].files.name) != name
            {
                throw fault(index, first, byName: "two people's", byCode: "one person's")
            }
            (firstOfName[name], firstOfSubject[names[index]]) = (index, index)
        }
    }

    /// Refuses one file as two people, whatever paths lead to it.
    private mutating func requireOneSubjectOfEachFile(_ nights: [Night]) throws(DatasetError) {
        var firstOfFile: [String: Int] = [:]
        for index in nights.indices {
            let files = nights[index].files
            let given = [(files.signals, "its night counts twice"), (files.hypnogram, "two nights have its stages")]
            for (path, what) in given {
                guard let path else { continue }
                let file = URL(filePath: path).resolvingSymlinksInPath().path
                guard let first = firstOfFile[file], first != index else {
                    firstOfFile[file] = index
                    continue
                }
                guard names[first] == names[index] else {
                    throw .unsuitable(
                        path: path,
                        reason: "it is given as subject \"\(names[first])\" and as \"\(names[index])\": one night is "
                            + "one person's")
                }
                let (own, other) = (files.pathOfWhole, nights[first].files.pathOfWhole)
                let isAnotherPart = own != nil && own == other && files.name != nights[first].files.name
                if !isAnotherPart {
                    notes.append("\(path): it is given twice, so \(what)")
                }
                break
            }
        }
    }

    /// Compares what the headers say of one subject's nights.
    private mutating func compareNights(_ nights: [Night], _ sources: [Source]) throws(DatasetError) {
        var firstOfName: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let first = firstOfName[name] else {
                firstOfName[name] = index
                continue
            }
            let (own, other) = (nights[index], nights[first])
            for (what, value, otherValue) in [
                ("sex", own.patient.sex, other.patient.sex),
                ("birthdate", own.patient.birthdate, other.patient.birthdate),
                ("name", own.patient.name, other.patient.name),
            ] where value != otherValue && !SubjectNames.saysNothing(value) && !SubjectNames.saysNothing(otherValue) {
                let difference =
                    "subject \"\(name)\" has the \(what) \(value) in it and \(otherValue) in \(other.files.signals)"
                // Names are written in many ways, and a user who names the subject knows better.
                if sources[index] == .code, what != "name" {
                    throw .unsuitable(
                        path: own.files.signals,
                        reason: "\(difference): if these are two people, or one, give a --subject for each")
                }
                if sources[index] != .name { notes.append("\(own.files.signals): \(difference)") }
            }
        }
    }

    /// Notes people of one name and birthdate under two codes.
    private mutating func comparePeople(_ nights: [Night]) {
        var firstOfPerson: [String: Int] = [:]
        for (index, night) in nights.enumerated()
        where !SubjectNames.saysNothing(night.patient.name) && !night.patient.birthdate.isEmpty {
            let person = "\(night.patient.name.lowercased()) \(night.patient.birthdate)"
            guard let first = firstOfPerson[person] else {
                firstOfPerson[person] = index
                continue
            }
            if names[first] != names[index] {
                notes.append(
                    "\(night.files.signals): subject \"\(names[index])\" has the name and birthdate of subject "
                        + "\"\(names[first])\" in \(nights[first].files.signals)")
            }
        }
    }
}
