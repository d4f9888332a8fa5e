using BenchmarkDotNet.Running;
using Semblance.Benchmarks;

// A verb prints one small table in seconds to minutes; anything else goes to BenchmarkDotNet.
// A new verb: one file with an IBenchmarkVerb, one line here.
IBenchmarkVerb[] verbs =
[
    new ScanVerb(),
];

if (args is [var name, .. var rest] && verbs.FirstOrDefault(verb => verb.Name == name) is { } chosen)
    return chosen.Run(rest);
if (args.Length == 0)
{
    foreach (var verb in verbs)
        Console.Error.WriteLine($"{verb.Name,-12} {verb.Summary}");
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
