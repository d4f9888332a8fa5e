using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

/// <summary>How an answer was found, on standard error: sentences, or a line of JSON where the answer itself is JSON.</summary>
internal static class Explanations
{
    public static void Print(VerbContext context, SearchExplanation how)
    {
        if (context.Printer.Format is OutputFormat.Json or OutputFormat.JsonLines)
            context.Host.Error.WriteLine(Printer.Line(ExplanationRecord.Of(how), WireJson.Default.ExplanationRecord));
        else
            context.Talk.Warn(Sentences(how));
    }

    private static string Sentences(SearchExplanation how)
    {
        var among = Printable.Pictures(how.Searched) + (how.Filtered ? " after the filter" : "");
        var found = how switch
        {
            { Effort: null } => $"{among} measured one by one, so the answer is exact",
            { Scanned: true } => $"effort {how.Effort}: {how.Visited:N0} of {among} looked at, too few for an answer, so all were measured and it is exact",
            { RecallEstimate: { } recall } => $"effort {how.Effort}: {how.Visited:N0} of {among} looked at, {how.Rescored:N0} measured exactly; such searches find {Share(recall)} of the nearest ten",
            _ => $"effort {how.Effort}: {how.Visited:N0} of {among} looked at, {how.Rescored:N0} measured exactly; the index has not measured its recall yet",
        };
        return $"Index {how.Index}, space {how.Space}, {found}. {how.EmbedMilliseconds:0.0} ms to read the query, {how.SearchMicroseconds:N0} µs to search.{Steps(how)}{Raised(how.Raised)}";
    }

    /// <summary>Where there was more than a search of one space.</summary>
    private static string Steps(SearchExplanation how) => how.Stages.Count < 2
        ? ""
        : " Steps: " + string.Join(", ", how.Stages.Select(stage => $"{stage.Name} {stage.In:N0} to {stage.Out:N0} in {stage.Microseconds:N0} µs")) + ".";

    private static string Raised(int hits) => hits switch
    {
        0 => "",
        1 => " One hit is a copy of the query by its perceptual hashes, and has its score from them.",
        _ => $" {hits} hits are copies of the query by their perceptual hashes, and have their scores from them.",
    };

    /// <summary>Rounded down, so that nearly all is never called all.</summary>
    public static string Share(float recall) => (Math.Floor(recall * 1000 + 1e-3) / 1000).ToString("0.#%", CultureInfo.InvariantCulture);
}
