import Datasets

/// A visit of a study's as the name of a file has it, and whose it would be.
///
/// Studies number visits in their files' names: `shhs1-200001` and `shhs2-200001`, or `wsc-visit1-10119` and
/// `wsc-visit2-10119`, are one person's. Others number people so, and nothing in the name tells which it is; names like
/// `S1-night1` and `sub1-20240331` are taken for these.
struct NamedVisit: Hashable {
    private enum Form { case ofStudy, ofVisit }

    private let form: Form
    /// The name without the visit's number, like `shhs-200001` or `wsc-10119`.
    let person: String

    /// Nil of a name that has no such number.
    init?(_ name: String) {
        if let match = name.wholeMatch(of: /(.+)-[Vv]isit[0-9]+(-.+)/) {
            (form, person) = (.ofVisit, "\(match.1)\(match.2)")
        } else if let match = name.wholeMatch(of: /([A-Za-z]{2,})[0-9](-[0-9]{4,7})/) {
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

extension PolysomnographyFiles {
    /// Whether its file and another one's would name one subject, though they are no two visits of one person.
    func isCalledAsAnother(_ other: Self, _ visits: Polysomnography.Visits?) -> Bool {
        if nameOfWhole == other.nameOfWhole { return true }
        guard visits == .onePerson else { return false }
        let (own, theirs) = (NamedVisit(nameOfWhole), NamedVisit(other.nameOfWhole))
        return own != theirs && (own?.person ?? nameOfWhole) == (theirs?.person ?? other.nameOfWhole)
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
