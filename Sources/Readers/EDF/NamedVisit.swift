import Datasets

/// A visit of a study's as the name of a file has it, and whose it would be.
///
/// Studies number visits in their files' names: `shhs1-200001` and `shhs2-200001`, or `wsc-visit1-10119` and
/// `wsc-visit2-10119`, are one person's. Others number people so, and nothing in the name tells which it is; a number
/// before a hyphen is taken for a visit's in names of the Sleep Heart Health Study alone.
struct NamedVisit: Hashable {
    private enum Form { case ofStudy, ofVisit }

    private let form: Form
    /// The name without the visit's number, like `shhs-200001` or `wsc-10119`.
    let person: String

    /// Nil of a name that has no such number.
    init?(_ name: String) {
        if let match = name.wholeMatch(of: /(.+)-[Vv]isit[0-9]+(-.+)/) {
            (form, person) = (.ofVisit, "\(match.1)\(match.2)")
        } else if let match = name.wholeMatch(of: /([Ss][Hh][Hh][Ss])[12](-[0-9]+)/) {
            (form, person) = (.ofStudy, "\(match.1)\(match.2)")
        } else {
            return nil
        }
    }
}

extension Polysomnography {
    /// Whose files are that are called alike but for the number of a visit.
    public enum Visits: String, Sendable, CaseIterable {
        /// They are one person's, who is called as the files are without that number.
        case onePerson = "one-person"
        /// Each is another person's, whom its file names.
        case manyPeople = "many-people"
    }
}

/// Nights whose subjects are named by their files, by what these are called.
struct NightsNamedByFile {
    private let visits: Polysomnography.Visits?
    private var recordings: Set<String> = []
    private var nights: [String: [(name: String, visit: NamedVisit?, signals: String)]] = [:]

    /// None yet.
    init(_ visits: Polysomnography.Visits?) { self.visits = visits }

    /// Whether signals are of a recording that was asked about before: the same file, or a part of the same recording
    /// in the same folder.
    mutating func isKnown(_ files: PolysomnographyFiles) -> Bool {
        let isSameFile = !recordings.insert(files.signals).inserted
        guard let whole = files.pathOfWhole else { return isSameFile }
        return !recordings.insert(whole).inserted || isSameFile
    }

    /// Takes a night, and gives the signals of an earlier one that would name the same subject, though they are no two
    /// visits of one person.
    mutating func twin(of files: PolysomnographyFiles) -> String? {
        let name = files.nameOfWhole
        let visit = visits == .onePerson ? NamedVisit(name) : nil
        let subject = visit?.person ?? name
        let twin = nights[subject]?.first { $0.name == name || $0.visit == nil || $0.visit != visit }
        nights[subject, default: []].append((name, visit, files.signals))
        return twin?.signals
    }
}

extension PolysomnographySubjects {
    /// Refuses two subjects in nights that their names call two visits of one person, where no header told whose each
    /// is and nobody said that they are many people's.
    static func requireOneSubjectOfVisits(
        _ nights: [Night], _ names: [String], areNamedByFile: [Bool], _ visits: Polysomnography.Visits?
    ) throws(DatasetError) {
        guard visits != .manyPeople else { return }
        var found: [(visit: NamedVisit, indices: [Int])] = []
        var places: [NamedVisit: Int] = [:]
        for (index, night) in nights.enumerated() where night.files.subject == nil {
            guard let visit = NamedVisit(night.files.nameOfWhole) else { continue }
            let place = places[visit] ?? found.count
            if place == found.count { found.append((visit, [])) }
            places[visit] = place
            found[place].indices.append(index)
        }
        for (visit, indices) in found {
            guard let first = indices.first, let other = indices.first(where: { names[$0] != names[first] }),
                indices.contains(where: { areNamedByFile[$0] })
            else { continue }
            let remedy =
                visits == nil
                ? "say with --visits one-person that they are, and are to be called \"\(visit.person)\", or with --visits "
                    + "many-people that each is another person's"
                : "by their headers they are not: give a --subject for each, or --visits many-people"
            throw .unsuitable(
                path: nights[other].files.signals,
                reason:
                    "by its name and that of \(nights[first].files.signals) they are two visits of one person, and would be "
                    + "subjects \"\(names[other])\" and \"\(names[first])\": \(remedy)")
        }
    }
}
