package import Signals

extension DatasetOutline {
    /// The outline of a dataset of these recordings, in this order.
    ///
    /// Its subjects are theirs, in the order in which they come first, and its codes those that occur, in the
    /// vocabulary's order.
    ///
    /// - Precondition: all labels are codes of the vocabulary.
    package init(
        kind: String, vocabulary: LabelVocabulary, rows: Int, columns: Int, content: [String] = [],
        units: [String] = [], of found: [FoundRecording]
    ) {
        var subjects: [String] = []
        var placeOfSubject: [String: Int] = [:]
        let codes = vocabulary.codes
        var isPresent = [Bool](repeating: false, count: codes.count)
        for recording in found {
            if placeOfSubject[recording.subject] == nil {
                placeOfSubject[recording.subject] = subjects.count
                subjects.append(recording.subject)
            }
            for case let label? in recording.labels { isPresent[label] = true }
        }
        let present = codes.indices.filter { isPresent[$0] }
        var placeOfCode = [Int?](repeating: nil, count: codes.count)
        for (place, code) in present.enumerated() { placeOfCode[code] = place }
        self.init(
            kind: kind, vocabulary: vocabulary, rows: rows, columns: columns, content: content, units: units,
            subjects: subjects, codes: present.map { codes[$0] },
            recordings: found.map { recording in
                Recording(
                    name: recording.name, subject: placeOfSubject[recording.subject] ?? 0,
                    firstPosition: recording.firstPosition,
                    labels: recording.labels.map { label in label.flatMap { placeOfCode[$0] } },
                    start: recording.start)
            })
    }
}
