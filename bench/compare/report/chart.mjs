import { parse, View } from 'vega'
import { compile } from 'vega-lite'

const COLUMNS = 3
const OURS = '#1f6feb'
const OTHERS = '#a8b3bf'

/**
 * Draws a bar chart for each panel, with the contestants in the order of the table.
 *
 * @param panels each with a `title` and `cells` (see `toCell`)
 * @returns an SVG
 */
export async function drawChart(contestants, panels) {
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 12,
    columns: COLUMNS,
    spacing: 24,
    concat: panels.map((panel, index) => drawPanel(contestants, panel, index % COLUMNS === 0)),
    config: {
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: { labelFontSize: 11, labelLimit: 0, labelPadding: 6, domain: false, ticks: false },
      title: { fontSize: 12, fontWeight: 600, anchor: 'start', frame: 'group' },
    },
  })
  return new View(parse(spec), { renderer: 'none' }).toSVG()
}

function drawPanel(contestants, { title, cells, format }, hasNames) {
  const values = contestants.map(({ id, title: name }) => {
    const { value, isExcluded } = cells[id] ?? {}
    const number = typeof value === 'number' ? Math.max(0, value) : 0
    const text = format(cells[id] ?? {})
    return { name, value: number, text, isOurs: id === 'plugin', isExcluded: !!isExcluded }
  })
  const y = {
    field: 'name',
    type: 'nominal',
    sort: null,
    title: null,
    axis: hasNames ? {} : { labels: false },
  }
  return {
    title,
    width: 170,
    height: 170,
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: 13 },
        encoding: {
          x: {
            field: 'value',
            type: 'quantitative',
            axis: null,
            // Leaves room for the numbers.
            scale: { domainMax: 1.25 * Math.max(1e-9, ...values.map(({ value }) => value)) },
          },
          color: { condition: { test: 'datum.isOurs', value: OURS }, value: OTHERS },
          opacity: { condition: { test: 'datum.isExcluded', value: 0.4 }, value: 1 },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 },
        encoding: {
          x: { field: 'value', type: 'quantitative' },
          text: { field: 'text' },
        },
      },
    ],
  }
}
