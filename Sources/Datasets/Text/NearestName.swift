/// The name that somebody who wrote `word` may have meant; nil when none is near.
///
/// Upper and lower case count as the same. A name is near when at most two characters, or a third of them, were put in, left out or
/// replaced (Levenshtein 1966).
func nearestName(to word: String, among names: [String]) -> String? {
    let near = names.map { (name: $0, distance: editDistance(Array(word.lowercased()), Array($0.lowercased()))) }
        .min { $0.distance < $1.distance }
    guard let near, near.distance <= max(2, near.name.count / 3) else { return nil }
    return near.name
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
