import Datasets

/// A question after a wrong name: the nearest one; else, of names with dots, those whose last part is as the word's or
/// has it in it; or else all there are.
func suggestion(for word: String, among names: [String]) -> String {
    if let near = nearestName(to: word, among: names) { return "did you mean \(near)?" }
    let parts = names.map(lastPart)
    let wanted = lastPart(of: word)
    let near = nearestName(to: wanted, among: parts)
    let akin = zip(names, parts).filter { $1 == near }.map(\.0)
    let holding = zip(names, parts).filter { wanted.count > 2 && $1.contains(wanted) }.map(\.0)
    let meant = akin.isEmpty ? holding : akin
    guard !meant.isEmpty, meant.count <= mostAtOnce, meant.count < names.count else {
        return "use one of \(names.joined(separator: ", "))"
    }
    return "did you mean \(meant.joined(separator: " or "))?"
}

/// No more names than these are asked about.
private let mostAtOnce = 4

private func lastPart(of name: String) -> String { name.split(separator: ".").last.map(String.init) ?? name }

/// A name that somebody wrote, fit for one line of an error: with quotation marks and escapes unless it is a plain
/// word.
func shown(_ name: String) -> String {
    let name = String(name.prefix(60))
    let isPlain = name.wholeMatch(of: /[A-Za-z0-9_.\-]+/) != nil
    return isPlain ? name : name.debugDescription
}
