import Datasets
import Foundation
import SleepRecognition

/// The samples of the subjects that `--exclude-subjects` names, separated by commas, recording by recording.
///
/// A whole list that is a subject's name is that one's, and so is a name with commas in a list where it stands in
/// double quotes.
///
/// - Throws: `ProgramError` for a name that the dataset does not have, or when nobody would be left.
func samplesOfSubjects(_ list: String, in dataset: Dataset) throws -> [Range<Int>] {
    let parts = dataset.subjects.contains(list) ? [list] : unquotedParts(of: list)
    let names = parts.map { dataset.subjects.contains($0) ? $0 : $0.trimmingCharacters(in: .whitespaces) }
    do { return try dataset.samples(ofSubjects: names) } catch { throw ProgramError("--exclude-subjects: \(error)") }
}

/// The parts between commas that stand in no double quotes, without these; two in quotes are one.
private func unquotedParts(of list: String) -> [String] {
    var (parts, part, isQuoted) = ([String](), "", false)
    var rest = Substring(list)
    while let character = rest.popFirst() {
        if character == "\"" {
            if isQuoted, rest.first == "\"" { part.append(rest.removeFirst()) } else { isQuoted.toggle() }
        } else if character == ",", !isQuoted {
            parts.append(part)
            part = ""
        } else {
            part.append(character)
        }
    }
    return (parts + [part]).filter { !$0.isEmpty }
}
