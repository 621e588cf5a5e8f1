extension SSRM {
    /// What was given, with a negative number that follows an option joined to it: `--steps=-1` for `--steps -1`.
    ///
    /// The parser would take it for an option of its own; none begins with a digit.
    static func joiningNegativeNumbers(_ given: some Collection<String>) -> [String] {
        var joined: [String] = []
        var areOptionsOver = false
        for argument in given {
            areOptionsOver = areOptionsOver || argument == "--"
            if !areOptionsOver, argument.prefixMatch(of: /-\.?[0-9]/) != nil, let last = joined.last,
                last.wholeMatch(of: /--[a-z][a-z0-9-]*/) != nil
            {
                joined[joined.count - 1] = "\(last)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
        return joined
    }
}
