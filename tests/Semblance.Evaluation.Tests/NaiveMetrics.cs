namespace Semblance.Evaluation.Tests;

/// <summary>The definitions of methods.md word by word, over a strict order of 0/1 flags; R is passed because items may be missing.</summary>
internal static class NaiveMetrics
{
    public static double Hits(int[] g, int k) => g.Take(k).Sum();

    public static double PrecisionAt(int[] g, int i) => Hits(g, i) / i;

    public static double Cmc(int[] g, int k) => Hits(g, k) > 0 ? 1 : 0;

    public static double ApSum(int[] g, int k) => Enumerable.Range(1, Math.Min(k, g.Length)).Where(i => g[i - 1] == 1).Sum(i => PrecisionAt(g, i));

    public static double ApByHits(int[] g, int k) => Hits(g, k) == 0 ? 0 : ApSum(g, k) / Hits(g, k);

    /// <summary>The loop of the Oxford script.</summary>
    public static double ApTrapezoid(int[] g, int relevant)
    {
        double oldRecall = 0, oldPrecision = 1, area = 0, found = 0;
        for (var i = 0; i < g.Length; i++)
        {
            found += g[i];
            var recall = found / relevant;
            var precision = found / (i + 1);
            area += (recall - oldRecall) * (oldPrecision + precision) / 2;
            oldRecall = recall;
            oldPrecision = precision;
        }
        return area;
    }

    public static double Ndcg(int[] g, int k, int relevant)
    {
        var gain = Enumerable.Range(1, Math.Min(k, g.Length)).Sum(i => g[i - 1] / Math.Log2(i + 1));
        return gain / Enumerable.Range(1, Math.Min(k, relevant)).Sum(i => 1 / Math.Log2(i + 1));
    }
}
