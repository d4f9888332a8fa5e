namespace Semblance.Benchmarks;

/// <summary>A quick measurement by name: <c>dotnet run -c Release --project benchmarks/Semblance.Benchmarks -- NAME</c>.</summary>
internal interface IBenchmarkVerb
{
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Summary { get; }

    /// <summary>Prints the figures on stdout; returns the exit code.</summary>
    int Run(string[] args);
}
