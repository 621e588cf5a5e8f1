import Datasets
import Foundation

/// The samples of the subjects that `--exclude-subjects` names, separated by commas, recording by recording.
///
/// - Throws: `ProgramError` for a name that the dataset does not have, or when nobody would be left.
func samplesOfSubjects(_ list: String, in dataset: Dataset) throws -> [Range<Int>] {
    let names = Set(
        list.split(separator: ",").map {
            let name = String($0)
            return dataset.subjects.contains(name) ? name : name.trimmingCharacters(in: .whitespaces)
        })
    if let unknown = names.sorted().first(where: { !dataset.subjects.contains($0) }) {
        let remedy = suggestion(for: unknown, among: dataset.subjects)
        throw ProgramError("--exclude-subjects: \(dataset.path) has no subject \(unknown): \(remedy)")
    }
    if names.isEmpty { throw ProgramError("--exclude-subjects names no subject; leave it out to train on all") }
    if names.count == dataset.subjects.count {
        throw ProgramError("--exclude-subjects leaves no subject of \(dataset.path) to train on; name fewer")
    }
    return dataset.recordingRanges.filter { names.contains(dataset.subjects[$0.subject]) }.map(\.samples)
}
