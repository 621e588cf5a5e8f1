import Service

typealias Terminal = Service.Terminal
typealias Stopwatch = Service.Stopwatch
