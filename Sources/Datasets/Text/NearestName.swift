/// The name that somebody who wrote `word` may have meant; nil when none is near.
///
/// Upper and lower case count as the same. A name is near when at most two characters, or a third of them, were put in,
/// left out, replaced or swapped; of a word or name of fewer than four characters one, and not all of it.
public func nearestName(to word: String, among names: [String]) -> String? {
    let word = word.prefix(64).lowercased()
    func farthest(_ name: String) -> Int { max(min(word.count, name.count) < 4 ? 1 : 2, name.count / 3) }
    // Longer names can't be near a word of 64 characters, and may be as long as a file; nor can those that are longer
    // or shorter by more than may be put in or left out.
    let near = names.filter { $0.prefix(97).count < 97 && abs($0.count - word.count) <= farthest($0) }
        .map { (name: $0, distance: editDistance(word, $0.lowercased())) }.min { $0.distance < $1.distance }
    guard let near else { return nil }
    let longer = max(word.count, near.name.count)
    return near.distance <= farthest(near.name) && (near.distance < longer || longer == 0) ? near.name : nil
}

/// How many characters must be put in, left out, replaced or swapped with the next to make one word of another.
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in 1..<a.count + 1 {
        var row = [i]
        for j in 1..<b.count + 1 {
            var distance = min(rows[i - 1][j], row[j - 1]) + 1
            distance = min(distance, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                distance = min(distance, rows[i - 2][j - 2] + 1)
            }
            row.append(distance)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
